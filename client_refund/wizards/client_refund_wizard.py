from odoo import Command, api, fields, models

from ..models.client_refund_numbers import with_number_later
from ..tools.amounts import settle_items
from ..tools.lists import without_owner
from ..tools.workflow import with_neutral_context

# What the wizard looks at of each journal item and its entry; there may be a thousand.
ITEM_FIELDS = (
    "account_id",
    "amount_currency",
    "amount_residual",
    "amount_residual_currency",
    "company_currency_id",
    "company_id",
    "currency_id",
    "date",
    "date_maturity",
    "is_in_refund",
    "journal_id",
    "move_id",
    "parent_state",
    "partner_id",
    "reconciled",
)
ENTRY_FIELDS = (
    "company_id",
    "create_date",
    "move_type",
    "name",
    "origin_payment_id",
    "partner_id",
    "payment_state",
    "ref",
    "reversed_entry_id",
    "statement_line_id",
)


class ClientRefundWizard(models.TransientModel):
    """The refund desk: the only place where credits are chosen and amounts typed."""

    _name = "client.refund.wizard"
    _description = "Refund a Client"
    _inherit = ["client.refund.mixin"]

    refund_id = fields.Many2one("client.refund", readonly=True)
    refund_state = fields.Selection(related="refund_id.state")
    again_id = fields.Many2one("client.refund", readonly=True)
    credit_ids = fields.Many2many(
        "account.move.line",
        readonly=True,
        help="The credits that the wizard was opened on: they are ticked at first. Without any, all that are free.",
    )
    only_free = fields.Boolean()
    currency_id = fields.Many2one(
        compute="_compute_currency_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('id', 'in', available_currency_ids)]",
    )
    available_currency_ids = fields.Many2many("res.currency", compute="_compute_available_currency_ids")
    open_credit_ids = fields.Many2many("account.move.line", compute="_compute_open_credit_ids")
    # what else is open, either way: invoices, and what can't be refunded
    other_item_ids = fields.Many2many("account.move.line", string="Open Items", compute="_compute_open_credit_ids")
    line_ids = fields.One2many(
        "client.refund.wizard.line",
        "wizard_id",
        string="Credits",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    offset_policy = fields.Selection(related="company_id.root_id.client_refund_offset_policy", string="Offset Policy")
    offset_ids = fields.One2many(
        "client.refund.wizard.offset",
        "wizard_id",
        string="Open Invoices",
        compute="_compute_offset_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    is_held_back = fields.Boolean(compute="_compute_is_held_back", help="Something of the credits is held back.")
    is_reserved = fields.Boolean(compute="_compute_is_reserved", help="Other refunds reserve something of the credits.")
    select_all = fields.Boolean(
        string="Tick All",
        compute="_compute_select_all",
        readonly=False,
        help="Tick or untick all credits that are not held back.",
    )
    amount_credit = fields.Monetary(string="Credits Total", compute="_compute_amount")
    amount_offset = fields.Monetary(
        string="Settles Invoices",
        compute="_compute_amount",
        help="What settles open invoices before money is paid out.",
    )
    amount = fields.Monetary(
        string="To Refund",
        compute="_compute_amount",
        readonly=False,
        help="What is paid out to the client. Type a total: the oldest credits are used first.",
    )
    balance_before = fields.Monetary(
        string="Client's Balance Before",
        compute="_compute_balance",
        help="What the client owes in this currency, less what the client is owed. Negative: the firm owes the client.",
    )
    balance_after = fields.Monetary(string="Client's Balance After", compute="_compute_balance")

    # -------------------------------------------------------------------------
    # Gather
    # -------------------------------------------------------------------------

    @api.depends("partner_id", "company_id")
    def _compute_open_credit_ids(self):
        """All that the wizard looks at, read once and in one go however many they are: of each what it looks at."""
        items = self.env["account.move.line"]
        for wizard in self:
            client = wizard.partner_id._origin._get_refund_client()
            domain = items._get_open_item_domain() & items._get_client_domain(client, wizard.company_id)
            open_items = items.search_fetch(domain, ITEM_FIELDS, order="date, id") if client else items
            open_items.move_id.fetch(ENTRY_FIELDS)
            # that they are open need not be asked again
            credits = open_items.filtered_domain(items._get_credit_domain())
            wizard.open_credit_ids, wizard.other_item_ids = credits, open_items - credits

    def _filter_currency(self, items):
        """Those of these open items that are in the chosen currency, oldest first.

        :param items: account.move.line
        """
        self.ensure_one()
        currency = self.currency_id._origin
        return items._origin.filtered(lambda item: item.currency_id == currency)

    @api.depends("open_credit_ids")
    def _compute_available_currency_ids(self):
        for wizard in self:
            wizard.available_currency_ids = wizard.open_credit_ids._origin.currency_id

    @api.depends("open_credit_ids")
    def _compute_currency_id(self):
        for wizard in self:
            owed = {
                currency: -sum(items.mapped("amount_residual"))
                for currency, items in wizard.open_credit_ids._origin.grouped("currency_id").items()
            }
            is_kept = wizard._is_typed("company_id") and wizard.currency_id in owed
            wizard.currency_id = (
                wizard.currency_id if is_kept else max(owed, key=owed.get, default=wizard.company_id.currency_id)
            )

    @api.depends("partner_id", "company_id", "currency_id")
    def _compute_line_ids(self):
        for wizard in self:
            credits = wizard._get_credits() if not wizard.is_too_long else self.env["account.move.line"]
            own_lines = wizard.refund_id.line_ids.grouped("move_line_id")
            again_lines = wizard.again_id.line_ids.grouped("move_line_id")
            held_back = wizard._get_held_back(credits)
            ticked = wizard._get_ticked_credits(credits, held_back)
            amounts = credits._get_amounts_to_choose()
            typed = wizard._get_typed_lines()
            vals_list = [
                {"held_back": held_back.get(credit)}
                | (
                    wizard._prepare_own_line_vals(own_lines[credit])
                    if credit in own_lines
                    else wizard._prepare_line_vals(credit, amounts[credit], credit in ticked, again_lines.get(credit))
                )
                | typed.get(credit, {})
                for credit in credits
            ]
            if wizard.id:
                wizard.line_ids = False
                wizard.line_ids._insert(wizard, vals_list)
            else:
                wizard.line_ids = [Command.clear(), *map(Command.create, vals_list)]

    def _get_held_back(self, credits):
        """Which credits of the client are held back.

        :param credits: account.move.line
        :return: dict, account.move.line: code of why
        """
        found = credits._get_held_back(but=self._get_own_refund())
        return {credit: code for credit, (code, _text) in found.items()}

    @api.depends("line_ids.held_back")
    def _compute_is_held_back(self):
        for wizard in self:
            wizard.is_held_back = any(wizard.line_ids.mapped("held_back"))

    @api.depends("line_ids.move_line_id", "refund_id")
    def _compute_is_reserved(self):
        """By the few credits that are reserved: to show a page of many lines would take the amounts of all."""
        for wizard in self:
            reservations = wizard.line_ids.move_line_id._get_refund_reservations()
            wizard.is_reserved = bool(reservations.refund_id - wizard.refund_id._origin)

    def _get_credits(self):
        """The open credits to choose from, and what the draft holds even if it is not open any more, oldest first.

        :return: account.move.line
        """
        credits = self._filter_currency(self.open_credit_ids)
        gone = self.refund_id.line_ids.move_line_id - credits
        return (credits | gone).sorted(lambda item: (item.date, item.id)) if gone else credits

    def _prepare_own_line_vals(self, refund_line):
        """The values of the wizard's line for a credit that the draft holds.

        :param refund_line: client.refund.line
        """
        return {"move_line_id": refund_line.move_line_id.id, "selected": True, "amount": refund_line.amount}

    def _get_ticked_credits(self, credits, held_back):
        """Which of these credits, that no draft holds, are ticked at first.

        :param credits: account.move.line
        :param held_back: dict, as of `_get_held_back`
        :return: set of account.move.line
        """
        if self.refund_id:
            return set()
        # of another client, or in another currency, everything available is ticked, as it always is
        chosen = self.credit_ids._origin & credits
        if not chosen or self.only_free:
            return {credit for credit in chosen or credits if credit not in held_back}
        # money that may still bounce is refunded if it is chosen
        return {credit for credit in chosen if held_back.get(credit) in (None, "uncleared")}

    def _prepare_line_vals(self, credit, amount, is_ticked, again_line=None):
        """The values of the wizard's line for an open credit.

        :param credit: account.move.line
        :param amount: what the user may take of it
        :param again_line: client.refund.line, where it is refunded again: no more than that
        """
        return {
            "move_line_id": credit.id,
            "selected": is_ticked and amount > 0,
            "amount": min(amount, again_line._get_amount_asked()) if again_line else amount,
        }

    @api.depends("partner_id", "company_id", "currency_id")
    def _compute_offset_ids(self):
        for wizard in self:
            own_offsets = (wizard.refund_id | wizard.again_id).offset_ids.grouped("move_line_id")
            wizard.offset_ids = [Command.clear()] + [
                Command.create(
                    {
                        "move_line_id": invoice.id,
                        "selected": wizard._is_offset_proposed(invoice, own_offsets),
                        "amount": own_offsets[invoice].amount
                        if invoice in own_offsets
                        else invoice.amount_residual_currency,
                    }
                )
                for invoice in wizard._get_invoices()
            ]

    def _get_invoices(self):
        """The open invoices to choose from, due first.

        :return: account.move.line
        """
        own = self.refund_id.offset_ids.move_line_id | self.again_id.offset_ids.move_line_id._filter_open_invoices()
        if self.offset_policy == "ignore" or self.is_too_long:
            return own
        return self._filter_currency(self.other_item_ids)._filter_open_invoices() | own

    def _is_offset_proposed(self, invoice, own_offsets):
        """Whether an open invoice is ticked at first."""
        if self.refund_id or self.again_id:
            return invoice in own_offsets
        return self.offset_policy in ("propose", "require")

    @api.depends("line_ids.selected", "line_ids.held_back")
    def _compute_select_all(self):
        for wizard in self:
            free = wizard._get_free_lines()
            wizard.select_all = bool(free) and all(free.mapped("selected"))

    def _get_free_lines(self):
        return self.line_ids.filtered(lambda line: not line.held_back)

    @api.depends("currency_id")
    def _compute_partner_bank_id(self):
        # a draft keeps its account, whatever is done to its credits
        return super()._compute_partner_bank_id()

    # -------------------------------------------------------------------------
    # Totals
    # -------------------------------------------------------------------------

    @api.depends("line_ids.selected", "line_ids.amount", "offset_ids.selected", "offset_ids.amount")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount_credit = sum(wizard._get_selected_lines().mapped("amount"))
            wizard.amount_offset = sum(amount for _line, _offset, amount in wizard._get_settlements())
            wizard.amount = wizard.amount_credit - wizard.amount_offset

    @api.depends("open_credit_ids", "other_item_ids", "currency_id", "amount")
    def _compute_balance(self):
        for wizard in self:
            open_items = wizard._filter_currency(wizard.open_credit_ids | wizard.other_item_ids)
            wizard.balance_before = sum(open_items.mapped("amount_residual_currency"))
            wizard.balance_after = wizard.balance_before + wizard.amount

    def _get_selected_lines(self):
        return self.line_ids.filtered("selected")

    def _get_selected_offsets(self):
        return self.offset_ids.filtered("selected")

    def _get_settlements(self):
        """Which ticked credits settle which ticked invoices: the oldest credit the invoice that is due first.

        :return: list of (client.refund.wizard.line, client.refund.wizard.offset, amount)
        """
        self.ensure_one()
        offsets = self._get_selected_offsets()
        return settle_items(self._get_selected_lines(), offsets, self.currency_id) if offsets else []

    def _search_blocked_invoices(self):
        return {wizard.partner_id: wizard.other_item_ids._origin._filter_blocked_invoices() for wizard in self}

    def _get_own_refund(self):
        return self.refund_id._origin

    def _get_contributors(self):
        refund = self._get_own_refund()
        return self.env.user | (refund._get_contributors() if refund else self.env.user)

    def _get_refund_credits(self):
        return self._get_selected_lines().move_line_id._origin

    # -------------------------------------------------------------------------
    # Confirm
    # -------------------------------------------------------------------------

    def action_refund(self):
        """Make the refund and issue it, or let it wait where it needs approval.

        :return: an action dictionary that opens the refund
        :raise UserError: names client, document and amount of all that is wrong; then nothing is done
        """
        refund = with_neutral_context(self)._save_refund()
        if self._is_asked_at_once():
            refund.action_submit()
        return self._open_saved(refund)

    def _is_asked_at_once(self):
        """Whether the refund is asked for when it is made or changed; a waiting one that was changed waits anew."""
        return self.refund_id.state == "draft"

    def action_save_draft(self):
        """Make the refund, or change the draft, without issuing it: it holds the chosen credits.

        :return: an action dictionary that opens the refund
        :raise UserError: names client, document and amount of all that is wrong; then nothing is done
        """
        return self._open_saved(with_neutral_context(self)._save_refund())

    def _open_saved(self, refund):
        refund._number()
        return without_owner(refund._get_records_action())

    def _save_refund(self):
        self.ensure_one()
        vals = self._prepare_refund_vals()
        if self.refund_id:
            for name in ("line_ids", "offset_ids"):
                vals[name] = [Command.clear(), *vals[name]]
            self.refund_id.write(vals)
        else:
            # kept, so that a repeated call meets the refund that the first one made
            self.refund_id = with_number_later(self.env["client.refund"]).create([vals])
        return self.refund_id

    def _prepare_refund_vals(self):
        """The values of the refund that the wizard shows."""
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "date": self.date,
            "journal_id": self.journal_id.id,
            "payment_method_line_id": self.payment_method_line_id.id,
            "partner_bank_id": self.partner_bank_id.id,
            "reason_id": self.reason_id.id,
            "memo": self.memo,
            "send_notice": self.send_notice,
            "line_ids": [Command.create(line._prepare_refund_line_vals()) for line in self._get_selected_lines()],
            "offset_ids": [
                Command.create(offset._prepare_refund_offset_vals())
                for offset in self._get_selected_offsets()
                # what nothing is left for is not settled; a wrong amount is refused by name
                if offset.amount_settled or offset.amount <= 0
            ],
        }
