from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.amounts import share_out
from ..tools.groups import READER_GROUPS
from ..tools.lists import without_owner
from ..tools.workflow import in_workflow

# What a payment tells the bank and the ledger.
REFUND_PROTECTED_FIELDS = frozenset(
    {
        "amount",
        "client_refund_id",
        "client_refund_returned_id",
        "company_id",
        "currency_id",
        "destination_account_id",
        "journal_id",
        "move_id",
        "outstanding_account_id",
        "partner_bank_id",
        "partner_id",
        "partner_type",
        "payment_method_line_id",
        "payment_type",
        "state",
    }
)
# The payment is made. Between these it goes back and forth as the bank says.
LEFT_STATES = ("in_process", "paid")


class AccountPayment(models.Model):
    """The payment that a refund makes, and the refunds of a payment."""

    _inherit = "account.payment"

    client_refund_id = fields.Many2one(
        "client.refund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The refund that created this payment. Only the refund can change it.",
    )
    # Only the form asks. By its own dependencies it would follow the whole ledger, as the state of a refund does.
    client_refund_state = fields.Selection(
        related="client_refund_id.state", depends=["client_refund_id.write_date"], string="State of the Refund"
    )
    client_refund_returned_id = fields.Many2one(
        "account.payment",
        string="Returned Payment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The payment of the refund that the bank sent back. This payment books the return.",
    )
    # At each write of a payment core looks for its entries and journal items, unless it can read them for a whole batch
    # by fields like these.
    client_refund_entry_ids = fields.One2many("account.move", "origin_payment_id", string="Entries")
    client_refund_item_ids = fields.One2many("account.move.line", "payment_id", string="Journal Items of the Entries")
    client_refund_count = fields.Integer(
        compute="_compute_client_refund_count",
        compute_sudo=True,  # a number for whoever may read the payment
        string="Refund Count",
    )
    has_refundable_credit = fields.Boolean(
        related="move_id.has_refundable_credit",
        groups=READER_GROUPS,
    )
    # Each search for open credits leaves out what such payments booked: without this it reads all payments.
    _client_refund_bounced = models.Index("(id) WHERE state IN ('canceled', 'rejected')")

    @api.depends("client_refund_item_ids.client_refund_line_ids.refund_id.write_date")
    def _compute_client_refund_count(self):
        """Asked of the refunds in one query: the form of a payment does not read its journal items, most have none."""
        lines = self.env["client.refund.line"].search_fetch(
            [("move_line_id.payment_id", "in", self.ids), ("refund_id.state", "!=", "canceled")],
            ["move_line_id", "refund_id"],
        )
        by_payment = lines.grouped(lambda line: line.move_line_id.payment_id)
        for payment in self:
            payment.client_refund_count = len(by_payment.get(payment._origin, lines.browse()).refund_id)

    @api.depends("client_refund_id")
    def _compute_outstanding_account_id(self):
        result = super()._compute_outstanding_account_id()
        # Without an outstanding account core makes no entry, nothing could be reconciled, and the credit would be
        # paid again.
        missing = self.filtered(lambda payment: payment.client_refund_id and not payment.outstanding_account_id)
        for (_company, payment_type), payments in missing.grouped(
            lambda payment: (payment.company_id, payment.payment_type)
        ).items():
            try:
                payments.outstanding_account_id = payments[0]._get_outstanding_account(payment_type)
            except UserError:  # the firm has none: then over the bank account itself
                for payment in payments:
                    payment.outstanding_account_id = payment.journal_id.default_account_id
        return result

    def _compute_state(self):
        """Core takes a payment for paid when all that it settles is; a refund's is paid when its money has left."""
        of_refunds = self.filtered(lambda payment: payment.client_refund_id and payment.state in LEFT_STATES)
        result = super(AccountPayment, self - of_refunds)._compute_state()
        for payment in of_refunds:
            payment.state = "paid" if payment._has_refund_money_left() else "in_process"
        return result

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        # looked up on the records: a default in the context is no way in either
        payments._check_refund_workflow()
        payments.filtered(lambda payment: payment.state in LEFT_STATES)._check_paid_by_refund()
        return payments

    def write(self, vals):
        made = self.filtered(lambda payment: vals.get("state") in LEFT_STATES and payment.state not in LEFT_STATES)
        is_lent = {"client_refund_id", "client_refund_returned_id"} & vals.keys()
        if is_lent:
            self._check_refund_workflow()
        # of what is made already anybody may say that the money has left
        says_left = REFUND_PROTECTED_FIELDS & vals.keys() == {"state"} and vals["state"] in LEFT_STATES
        checked = made if says_left else self
        changed = self.env["client.refund.owner"]._filter_changed(checked, vals, REFUND_PROTECTED_FIELDS)
        changed._check_not_owned_by_refund()
        result = super().write(vals)
        if is_lent:
            self._check_refund_workflow()
        made._check_paid_by_refund()
        return result

    def unlink(self):
        self._check_not_owned_by_refund()
        return super().unlink()

    def action_post(self):
        result = super().action_post()
        self._check_leaves_held()
        return result

    def action_validate(self):
        """Who validates the payments of refunds says that their money has left: the refunds keep who that was."""
        result = super().action_validate()
        # who may validate payments need not have the right on refunds
        refunds = self.sudo().client_refund_id.filtered(
            lambda refund: (
                refund.state == "in_process"
                and all(payment.state == "paid" for payment in refund._get_outgoing_payments())
            )
        )
        if refunds:
            refunds.action_mark_paid()
        return result

    def _prepare_move_line_default_vals(self, write_off_line_vals=None, force_balance=None):
        """Give a refund's payment one receivable item per credit, so that each credit has its own counterpart."""
        vals_list = super()._prepare_move_line_default_vals(write_off_line_vals, force_balance)
        if not self.client_refund_id:
            return vals_list
        liquidity, counterpart, *others = vals_list
        return [liquidity, *self._prepare_refund_counterpart_vals(counterpart), *others]

    def _generate_move_vals(self, *args, **kwargs):
        return {**super()._generate_move_vals(*args, **kwargs), "client_refund_id": self.client_refund_id.id}

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_reject(self):
        """What the bank rejects may be refunded already: its refunds say so."""
        result = super().action_reject()
        # who says so need not have the right on refunds
        receipts = self.sudo().filtered(lambda payment: payment.payment_type == "inbound")
        items = receipts.move_id.line_ids.filtered("is_in_refund")
        items.client_refund_line_ids.refund_id._tell_bounced(receipts)
        return result

    def action_refund_client(self):
        """Open the refund wizard with what is open of these payments ticked.

        :raise UserError: if nothing is open, or not of one client, company and currency
        """
        return self.move_id.action_refund_client()

    def action_open_client_refunds(self):
        """Open the refunds that hold or have paid out this payment."""
        return self.move_id.action_open_client_refunds()

    def action_open_client_refund(self):
        """Open the refund that made this payment."""
        return without_owner(self.client_refund_id._get_records_action(name=self.env._("Client Refund")))

    def action_undo_client_refund(self):
        """Open the dialog that undoes the refund of this payment."""
        return self._open_refund_dialog("client_refund.action_client_refund_undo")

    def action_return_client_refund(self):
        """Open the dialog that takes back the refund of this payment, which the bank returned."""
        return self._open_refund_dialog("client_refund.action_client_refund_return")

    def _open_refund_dialog(self, xml_id):
        """Open one of the dialogs that ask why, on the refunds of these payments."""
        refunds = self.client_refund_id
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return {**action, "context": {"active_model": refunds._name, "active_ids": refunds.ids}}

    # -------------------------------------------------------------------------
    # One owner
    # -------------------------------------------------------------------------

    def _check_not_owned_by_refund(self):
        """:raise UserError: if a refund made these"""
        self.env["client.refund.owner"]._check_not_owned(self)

    def _check_refund_workflow(self):
        """Refuse to lend these payments to refunds, or to take them away.

        :raise AccessError: unless by the refunds' own methods
        """
        payments = self.sudo()  # a user without rights on refunds is refused like everybody else
        owners = payments.client_refund_id | payments.client_refund_returned_id.client_refund_id
        if owners and not in_workflow(owners):
            raise AccessError(self.env._("Only a refund itself creates its payments. Use Refund a Client."))

    def _check_leaves_held(self):
        """Refuse a payment without an entry of what issued refunds hold: no reconciliation would tell of it.

        :raise UserError: names client, document, amount and refund and points to Undo
        """
        without_entry = self.filtered(lambda payment: not payment.move_id and payment.state in LEFT_STATES)
        if without_entry:
            # what refunds hold is held, seen or not
            held = without_entry.sudo().invoice_ids.line_ids._get_refund_reservations()
            held._filter_held_by_others()._refuse_other_use()

    # -------------------------------------------------------------------------
    # Issue
    # -------------------------------------------------------------------------

    def _post_refund_payments(self):
        """Post these new payments of refunds, without asking for each of them what can be known for all."""
        self.env.flush_all()  # what waits to be computed is not of these payments
        has_models = self.env["account.analytic.distribution.model"].search_count([], limit=1)
        self.with_context(
            client_refund_nothing_settled=True,
            client_refund_no_analytic_models=not has_models,
            client_refund_number_formats={},
        ).action_post()

    def _prepare_refund_counterpart_vals(self, counterpart):
        """Split the payment's receivable item, one for each credit.

        :param counterpart: dict, the values of core's single receivable item: a debit, or a credit where the bank
            returned the money
        :return: list of dict, in the order of the refund's lines, their balances adding up to the counterpart's
        """
        side, sign = ("debit", 1) if self.payment_type == "outbound" else ("credit", -1)
        refund_lines = self._get_refund_lines()
        amounts = [line._get_amount_paid_out() for line in refund_lines]
        balances = share_out(counterpart[side], amounts, self.amount, self.company_currency_id)
        return [
            {
                **counterpart,
                "name": f"{counterpart['name']} ({line.document})",
                "amount_currency": sign * amount,
                side: balance,
                "partner_id": line.move_line_id.partner_id.id,
            }
            for line, amount, balance in zip(refund_lines, amounts, balances, strict=True)
        ]

    def _get_refund_lines(self):
        """The refund's lines that this payment pays: those on its receivable account, and on its way to pay.

        :return: client.refund.line
        """
        self.ensure_one()
        key = self._get_refund_payment_key()
        return (
            self.client_refund_id.line_ids._filter_paid_out()
            .filtered(lambda line: line._get_payment_key() == key)
            .sorted("id")
        )

    def _get_refund_payment_key(self):
        """What the refund's lines that this payment pays have in common."""
        return (self.destination_account_id,)

    def _get_refund_payment_items(self):
        """The receivable items of this refund payment, in the order of `_get_refund_lines`.

        :return: account.move.line
        """
        self.ensure_one()
        return self.move_id.line_ids.filtered(lambda item: item.account_id == self.destination_account_id).sorted("id")

    def _has_refund_money_left(self):
        """Whether the money of this refund payment has left.

        It has where it is matched with the bank, where it was booked on the bank account itself, so that nothing is to
        be matched, where it was handed over in cash, or where somebody said so.
        """
        self.ensure_one()
        if self.payment_type == "outbound" and (self.client_refund_id.marked_paid_on or self.journal_id.type == "cash"):
            return True
        to_match = self._seek_for_lines()[0].filtered("account_id.reconcile")
        return bool(self.move_id) and self.company_currency_id.is_zero(sum(to_match.mapped("amount_residual")))

    # -------------------------------------------------------------------------
    # What is said of it
    # -------------------------------------------------------------------------

    def _get_refund_payee(self):
        """Where the money of this refund payment goes, for people to read."""
        return self.partner_bank_id.display_name or self.partner_id.display_name

    def _get_refund_payee_account(self):
        """The bank account that this refund payment goes to.

        :return: res.partner.bank, empty where the money goes another way
        """
        self.ensure_one()
        to_account = self.client_refund_id._is_paid_to_account(self.journal_id, self.payment_method_line_id)
        return self.partner_bank_id if to_account else self.partner_bank_id.browse()

    def _get_refund_notice_way(self):
        """How this refund payment goes to the client, for the client to read."""
        self.ensure_one()
        return self.client_refund_id._get_notice_way(
            self.journal_id, self.payment_method_line_id, self._get_refund_payee_account()
        )

    def _get_refund_links(self):
        """Links to these payments, and to the entries that reverse them."""
        records = [*self, *self.move_id.reversal_move_ids]
        return Markup(", ").join(record._get_html_link() for record in records)

    # -------------------------------------------------------------------------
    # Undo
    # -------------------------------------------------------------------------

    def _get_matched_entries(self):
        """The entries, such as bank statement lines, that this payment's liquidity items are matched with.

        :return: account.move
        """
        liquidity_items = self._seek_for_lines()[0]
        return (
            liquidity_items.matched_debit_ids.debit_move_id | liquidity_items.matched_credit_ids.credit_move_id
        ).move_id

    def _undo_for_refund(self, date, reason):
        """Cancel these refund payments, or reverse those whose entries can't be canceled any more.

        What core booked for their reconciliations (exchange differences, cash-basis taxes) is reversed on its own date.

        :param date: date of the reversals where some are needed, or where the own date is locked
        :param reason: str, their reference
        """
        self = self.with_context(client_refund_reversal_dates=(None, date))  # pylint: disable=self-cls-assignment
        to_reverse = self.filtered(lambda payment: payment.move_id._must_be_reversed())
        to_reverse.move_id._reverse_for_refund(date, reason)
        to_reverse.state = "canceled"
        (self - to_reverse).action_cancel()

    def _reconcile_with_returned(self):
        """Reconcile each item of these incoming payments with the item of the refund's payment that came back."""
        pairs = [
            item | returned_item
            for payment in self
            for item, returned_item in zip(
                payment._get_refund_payment_items(),
                payment.client_refund_returned_id._get_refund_payment_items(),
                strict=True,
            )
        ]
        self.env["account.move.line"]._reconcile_plan(pairs)
        for payment in self:
            payment._get_refund_payment_items().matched_debit_ids._set_refund_owner(payment.client_refund_id)
