from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_amount

from odoo.addons.account.models.account_move import BYPASS_LOCK_CHECK

from ..tools.groups import READER_GROUPS
from ..tools.problems import raise_problems

# What a refund's payment says in the ledger: to whom, on which account, how much, when, and what it settles.
REFUND_PROTECTED_FIELDS = frozenset(
    {
        "account_id",
        "amount_currency",
        "amount_residual",
        "amount_residual_currency",
        "balance",
        "credit",
        "currency_id",
        "date",
        "debit",
        "full_reconcile_id",
        "journal_id",
        "move_id",
        "parent_state",
        "partner_id",
        "payment_id",
        "reconciled",
        "tax_ids",
    }
)


# Payments whose money never arrived, or did not stay.
BOUNCED_STATES = ("canceled", "rejected")
# Of a tax that is withheld on payment, in databases that have such taxes.
WITHHOLDING_FIELD = "is_withholding_tax_on_payment"
# Documents in dispute, and those that a payment without an entry pays already: the ledger does not show it yet.
UNPAYABLE_STATES = ("blocked", "in_payment")


class AccountMoveLine(models.Model):
    """What an open credit is, what is held of it, and what is left to refund."""

    _inherit = "account.move.line"

    client_refund_line_ids = fields.One2many(
        "client.refund.line",
        "move_line_id",
        string="Refund Lines",
        groups=READER_GROUPS,
        help="What refunds hold, or have paid out, of this credit.",
    )
    is_in_refund = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether a refund ever held something of this item. For all others no refunds are looked for.",
    )
    refund_source_type = fields.Selection(
        selection=[
            ("credit_note", "Credit Note"),
            ("payment", "Payment"),
            ("bank", "Bank Receipt"),
            ("entry", "Journal Entry"),
        ],
        string="Source Type",
        compute="_compute_refund_source_type",
        help="Where a credit comes from: a credit note, an unallocated payment, a bank receipt booked on the "
        "receivable account, or any other journal entry.",
    )
    amount_refund_open = fields.Monetary(
        string="Open Credit",
        currency_field="currency_id",
        compute="_compute_amount_refundable",
        groups=READER_GROUPS,
        help="What is open of this credit, as a positive amount in its currency. Zero if it is no open credit.",
    )
    amount_refund_reserved = fields.Monetary(
        string="Reserved",
        currency_field="currency_id",
        compute="_compute_amount_refundable",
        groups=READER_GROUPS,
        help="What refunds hold of this credit whose money is not booked yet.",
    )
    amount_refundable = fields.Monetary(
        string="Refundable",
        currency_field="currency_id",
        compute="_compute_amount_refundable",
        groups=READER_GROUPS,
        help="What is open of this credit, less what is reserved. Zero on accounts that are never refunded, and of "
        "what a journal entry took over from one.",
    )

    # -------------------------------------------------------------------------
    # What an open credit is
    # -------------------------------------------------------------------------

    @api.model
    def _get_open_item_domain(self):
        """What is open on receivable accounts, either way.

        A payment that was rejected did not take place, though core leaves its entry posted.

        :return: Domain, in the form that fits core's partial index on unreconciled items
        """
        return Domain(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        ) & ~Domain("move_id.origin_payment_id.state", "in", BOUNCED_STATES)

    @api.model
    def _get_open_credit_domain(self):
        """The one definition of an open credit.

        A blocked document is in dispute: it is not refundable until somebody unblocks it. What a payment without an
        entry pays is open in the ledger alone. What is on a non-trade account, such as VAT to get back, is no client's.

        :return: Domain
        """
        return (
            self._get_open_item_domain()
            & Domain(
                [
                    ("amount_residual_currency", "<", 0),
                    ("move_id.payment_state", "not in", UNPAYABLE_STATES),
                    ("account_id.non_trade", "=", False),
                ]
            )
            & ~self._get_withheld_domain()
        )

    @api.model
    def _get_withheld_domain(self):
        """The journal items of documents of which core withholds tax when it pays them: paid by a refund, it would not.

        :return: Domain
        """
        if WITHHOLDING_FIELD not in self.env["account.tax"]._fields:
            return Domain.FALSE
        return Domain(f"move_id.invoice_line_ids.tax_ids.{WITHHOLDING_FIELD}", "=", True)

    @api.model
    def _get_client_domain(self, client, company):
        """The journal items of a client, its contacts included, in a company and its branches.

        :param client: res.partner, a commercial partner
        :param company: res.company
        :return: Domain
        """
        return Domain("partner_id.commercial_partner_id", "=", client.id) & Domain("company_id", "child_of", company.id)

    @api.model
    def _get_open_invoice_domain(self):
        """What clients owe and credits can settle: a blocked document is in dispute.

        :return: Domain
        """
        return self._get_open_item_domain() & Domain(
            [("amount_residual_currency", ">", 0), ("move_id.payment_state", "not in", UNPAYABLE_STATES)]
        )

    @api.model
    def _get_open_invoices(self, clients, company, currency):
        """What these clients owe in a company and its branches, due first.

        :param clients: res.partner, commercial partners
        :return: account.move.line
        """
        return self.search(
            self._get_open_invoice_domain()
            & Domain("partner_id.commercial_partner_id", "in", clients.ids)
            & Domain("company_id", "child_of", company.id)
            & Domain("currency_id", "=", currency.id),
        )._sorted_by_due_date()

    def _sorted_by_due_date(self):
        return self.sorted(lambda item: (item.date_maturity or item.date, item.id))

    def _get_refund_document(self):
        """What core books exchange differences and cash-basis taxes for: the invoice, else the journal item."""
        self.ensure_one()
        return self.move_id if self.move_id.is_invoice(include_receipts=True) else self

    def _filter_open_credits(self):
        """The journal items of this recordset that are open credits."""
        return self.filtered_domain(self._get_open_credit_domain())

    def _filter_open_invoices(self):
        """The journal items of this recordset that credits can settle, due first."""
        return self.filtered_domain(self._get_open_invoice_domain())._sorted_by_due_date()

    @api.model
    def _get_blocked_invoice_domain(self):
        """What is open of invoices that are blocked, and so can't be settled."""
        return self._get_open_item_domain() & Domain(
            [("amount_residual_currency", ">", 0), ("move_id.payment_state", "=", "blocked")]
        )

    def _filter_blocked_invoices(self):
        """The journal items of this recordset that are open of blocked invoices."""
        return self.filtered_domain(self._get_blocked_invoice_domain())

    @api.depends("move_id.move_type", "move_id.origin_payment_id", "move_id.statement_line_id")
    def _compute_refund_source_type(self):
        for line in self:
            if line.move_id.move_type == "out_refund":
                line.refund_source_type = "credit_note"
            elif line.move_id.origin_payment_id:
                line.refund_source_type = "payment"
            elif line.move_id.statement_line_id:
                line.refund_source_type = "bank"
            else:
                line.refund_source_type = "entry"

    @api.depends(
        "account_id.account_type",
        "account_id.non_trade",
        "amount_residual_currency",
        "client_refund_line_ids.amount_reserved",
        "move_id.origin_payment_id.state",
        "move_id.payment_state",
        "parent_state",
        "reconciled",
    )
    def _compute_amount_refundable(self):
        open_credits = set(self._filter_open_credits())
        excluded = self._get_excluded_accounts()
        reserved = self._get_reserved_amounts()
        for line in self:
            line.amount_refund_open = -line.amount_residual_currency if line in open_credits else 0.0
            line.amount_refund_reserved = reserved[line._origin]
            if line in excluded:
                line.amount_refundable = 0.0
            else:
                line.amount_refundable = max(line.amount_refund_open - line.amount_refund_reserved, 0.0)

    def _get_reserved_amounts(self):
        """What refunds hold of these credits without having paid it out.

        :return: Counter, account.move.line: amount
        """
        reserved = Counter()
        for reservation in self._get_refund_reservations():
            reserved[reservation.move_line_id._origin] += reservation.amount_reserved
        return reserved

    def _get_refund_reservations(self):
        """The refund lines that hold something of these credits without having paid it out."""
        # what a refund of a parent company holds is held, seen or not by the user
        return self.sudo().filtered("is_in_refund").client_refund_line_ids.filtered("amount_reserved")

    def _get_document_url(self):
        """Where to look at the document behind this journal item.

        :return: str, a path of the web client
        """
        self.ensure_one()
        document = self.move_id.origin_payment_id or self.move_id
        return f"/odoo/{document._name}/{document.id}"

    # -------------------------------------------------------------------------
    # Locking
    # -------------------------------------------------------------------------

    def _lock_for_refund(self):
        """Lock these credits until the transaction ends; what is open is to be read after this.

        :raise UserError: if somebody else is working on one of them at this moment
        """
        self.flush_recordset()
        busy = self - self.try_lock_for_update(allow_referencing=True)
        if busy:
            raise UserError(
                self.env._(
                    "Somebody else is refunding or reconciling %(documents)s at this moment.\n"
                    "Wait a moment, look at what is still open, and try again.",
                    documents=", ".join(busy.mapped("display_name")),
                )
            )
        # A reservation leaves the journal item as it is. Touched, it makes any transaction fail and be replayed that
        # locks it with a snapshot from before the reservation.
        self.env.cr.execute(
            SQL("UPDATE account_move_line SET is_in_refund = TRUE WHERE id IN %s", tuple(self.ids) or (None,))
        )
        self.invalidate_recordset()

    # -------------------------------------------------------------------------
    # One owner
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items.move_id._check_not_owned_by_refund()
        return items

    def write(self, vals):
        # core moves the items of a client who gets another parent
        if REFUND_PROTECTED_FIELDS & vals.keys() and self.env.context.get("bypass_lock_check") is not BYPASS_LOCK_CHECK:
            owners = self.env["client.refund.owner"]
            owned = owners._filter_owned(self.move_id).line_ids & self
            owners._filter_changed(owned, vals, REFUND_PROTECTED_FIELDS).move_id._check_not_owned_by_refund()
            self._check_stays_held_back(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_refunded(self):
        self.move_id._check_not_owned_by_refund()
        # a user without rights on refunds is refused like everybody else
        self.sudo().filtered("is_in_refund").client_refund_line_ids._check_not_issued()

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_refund_client(self):
        """Open the refund wizard with exactly these credits ticked.

        :return: an action dictionary
        :raise UserError: if they are not open credits of one client, company and currency
        """
        raise_problems((line, line._get_not_open_message()) for line in self - self._filter_open_credits())
        return self.env["client.refund.wizard"]._open_for_credits(self)

    def action_register_payment(self, ctx=None):
        """Where clients are paid back only by refunds, *Pay* of what they are owed opens the refund wizard.

        :return: an action dictionary
        """
        if self._is_paid_only_by_refund():
            return self._filter_open_credits().action_refund_client()
        return super().action_register_payment(ctx)

    def _is_paid_only_by_refund(self):
        """Whether all that is open of these items is owed to clients, and the user may pay it only by a refund."""
        policies = self.company_id._get_client_refund_policy()
        if not policies or not all(policies.mapped("client_refund_only_by_refund")):
            return False
        open_items = self.filtered(
            lambda item: item.account_type in ("asset_receivable", "liability_payable") and not item.reconciled
        )
        return (
            bool(open_items)
            and not open_items - self._filter_open_credits()
            and not self.env.user.has_group("client_refund.group_client_refund_administer")
        )

    def _get_not_open_message(self):
        """Why this journal item is no open credit.

        :return: str
        """
        self.ensure_one()
        return self.env._(
            "%(client)s, %(document)s: %(reason)s",
            client=self.partner_id.display_name or self.env._("no client"),
            document=self.move_id.display_name,
            reason=self._get_not_open_reason(),
        )

    def _get_not_settleable_reason(self):
        """Why this journal item can't be settled by a refund.

        :return: str, or None where it can
        """
        self.ensure_one()
        if self.filtered_domain(self._get_open_invoice_domain()):
            return None
        if self.parent_state == "posted" and self.amount_residual_currency < 0:
            return self.env._("it is no open invoice, the client is owed it. Leave it out.")
        return self._get_not_open_reason()

    def _get_not_open_reason(self):
        self.ensure_one()
        if self.parent_state != "posted":
            return self.env._("it is not posted. Post it first, or leave it out.")
        if self.account_id.account_type != "asset_receivable":
            return self.env._(
                "account %(account)s is not a receivable account. Only what clients are owed can be refunded.",
                account=self.account_id.display_name,
            )
        if self.account_id.non_trade:
            return self.env._(
                "account %(account)s is for what is no trade with clients, such as taxes to get back. Leave it out, or "
                "untick Non Trade on the account.",
                account=self.account_id.display_name,
            )
        if self.filtered_domain(self._get_withheld_domain()):
            return self.env._("tax is withheld when it is paid. Leave it out, and choose Pay on the document itself.")
        if self.move_id.payment_state == "blocked":
            return self.env._("it is blocked. Unblock it first, or leave it out.")
        if self.move_id.payment_state == "in_payment" and self.amount_residual_currency:
            return self.env._(
                "a payment without a journal entry pays it already. Cancel that payment first, or leave it out."
            )
        if self.move_id.origin_payment_id.state in BOUNCED_STATES:
            return self.env._("the payment was rejected or canceled, its money never arrived. Leave it out.")
        if self.amount_residual_currency > 0:
            return self.env._(
                "%(amount)s is owed by the client, not to the client. Leave it out.",
                amount=format_amount(self.env, self.amount_residual_currency, self.currency_id),
            )
        return self.env._("nothing is open any more, it is fully reconciled. Leave it out.")
