from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.account.models.account_move import BYPASS_LOCK_CHECK

from ..tools.groups import READER_GROUPS
from ..tools.lists import open_records
from ..tools.workflow import in_any_workflow, in_workflow

# What an owned entry says.
REFUND_PROTECTED_FIELDS = frozenset(
    {
        "auto_post",
        "commercial_partner_id",
        "company_id",
        "currency_id",
        "date",
        "journal_id",
        "move_type",
        "origin_payment_id",
        "partner_bank_id",
        "partner_id",
        "reversed_entry_id",
        "state",
        "statement_line_id",
    }
)


class AccountMove(models.Model):
    _inherit = "account.move"

    client_refund_id = fields.Many2one(
        "client.refund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The refund whose payment this entry books or reverses. Only the refund can change it.",
    )
    client_refund_count = fields.Integer(
        compute="_compute_client_refund_count",
        compute_sudo=True,  # a number for whoever may read the entry
        help="The number of refunds that reserve or have paid out credits of this entry.",
    )
    has_refundable_credit = fields.Boolean(
        compute="_compute_has_refundable_credit",
        groups=READER_GROUPS,
        help="Whether this credit note or incoming payment can be refunded to the client.",
    )

    @api.depends("line_ids.client_refund_line_ids")
    def _compute_client_refund_count(self):
        for move in self:
            refunds = move.line_ids.filtered("is_in_refund").client_refund_line_ids.refund_id
            move.client_refund_count = len(refunds.filtered(lambda refund: refund.state != "canceled"))

    @api.depends("line_ids.amount_residual_currency", "origin_payment_id.write_date", "write_date")
    def _compute_has_refundable_credit(self):
        # nothing is asked about those that say themselves that nothing is open, and about those without a button
        moves = self.filtered(lambda move: move.state == "posted" and move._may_have_refundable_credit())
        refundable = self.env["account.move.line"]._search_refundable_entries(moves)
        for move in self:
            move.has_refundable_credit = move in refundable

    def _may_have_refundable_credit(self):
        self.ensure_one()
        if self.move_type == "out_refund":
            return bool(self.amount_residual)
        payment = self.origin_payment_id
        return (payment.payment_type, payment.partner_type) == ("inbound", "customer") and not payment.is_reconciled

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._check_not_owned_by_refund()
        moves.reversed_entry_id._check_not_owned_by_refund()
        return moves

    def write(self, vals):
        # core moves the entries of a client who gets another parent
        owners = self.env["client.refund.owner"]
        if self.env.context.get("bypass_lock_check") is not BYPASS_LOCK_CHECK:
            owners._filter_changed(self, vals, REFUND_PROTECTED_FIELDS)._check_not_owned_by_refund()
        if vals.get("state") in ("draft", "cancel"):
            self._check_not_refunded()
        if vals.get("reversed_entry_id"):
            self.browse(vals["reversed_entry_id"])._check_not_owned_by_refund()
        if "partner_id" in vals:
            # the items follow, by computation
            reopened = self.filtered(lambda move: move.posted_before and move.move_type in ("entry", "out_refund"))
            reopened.line_ids._check_stays_held_back({"partner_id": vals["partner_id"]})
        result = super().write(vals)
        owners._check_not_lent(self, vals)
        if vals.get("state") == "posted":
            self.origin_payment_id._check_paid_by_refund()
        if "matched_payment_ids" in vals:
            self.matched_payment_ids._check_leaves_held()
        return result

    def unlink(self):
        self._check_not_owned_by_refund()
        return super().unlink()

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """Reconcile each item of a refund's payment, or of a hand-over, with its own reversal.

        Core reconciles them in one bag: of items in a foreign currency it would match those that differ by a cent,
        and book exchange differences that there are not.
        """
        pairs = [
            item | reversal
            # several credit notes of one invoice may be posted at once: what core gives here are not pairs then
            for reverse_move in reverse_moves
            if self.env["client.refund.owner"]._filter_owned(reverse_move.reversed_entry_id)
            for item, reversal in zip(
                reverse_move.reversed_entry_id.line_ids.sorted("id"), reverse_move.line_ids.sorted("id"), strict=True
            )
            if item.account_id.reconcile and not item.reconciled
        ]
        if pairs:
            self.env["account.move.line"].with_context(move_reverse_cancel=move_reverse_cancel)._reconcile_plan(pairs)
        return super()._reconcile_reversed_moves(reverse_moves, move_reverse_cancel)

    def _get_accounting_date(self, invoice_date, has_tax, lock_dates=None):
        """What is reversed because a refund is taken back has the first date of those wished for that is open.

        Core alone would choose one by how the journal is numbered: where that is by year, the day of the undo.
        """
        wished = self.env.context.get("client_refund_reversal_dates", ()) if in_any_workflow(self.env) else ()
        for date in wished:
            if not self._get_violated_lock_dates(date or invoice_date, has_tax):
                return date or invoice_date
        return super()._get_accounting_date(invoice_date, has_tax, lock_dates)

    def _search_reconciled_payment_ids(self, operator, value):
        """Core looks, at each write of a payment's state, for the invoices it settles: new ones settle none yet."""
        if self.env.context.get("client_refund_nothing_settled") and in_workflow(self.env["client.refund"]):
            return Domain.FALSE
        return super()._search_reconciled_payment_ids(operator, value)

    def _get_next_sequence_format(self):
        """Core asks the ledger before each entry how the last one is numbered; for a batch of refunds, once a day.

        Which number is next core counts itself, and the unique index guards it.
        """
        formats = self.env.context.get("client_refund_number_formats")
        if formats is None or not in_workflow(self.env["client.refund"]):
            return super()._get_next_sequence_format()
        key = (self.journal_id, self.date, self.move_type, bool(self.origin_payment_id))
        if key not in formats:
            formats[key] = super()._get_next_sequence_format()
        number_format, values = formats[key]
        return number_format, dict(values)

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_refund_client(self):
        """Open the refund wizard with the open credits of these entries ticked.

        :raise UserError: if nothing is open, or not of one client, company and currency
        """
        credits = self.line_ids._filter_open_credits()
        if not credits:
            raise UserError(
                self.env._(
                    "%(documents)s: nothing is open to refund. It may be reconciled or not posted.",
                    documents=", ".join(self.mapped("display_name")),
                )
            )
        return credits.action_refund_client()

    def action_open_client_refunds(self):
        """Open the refunds that hold or have paid out credits of this entry."""
        refunds = self.line_ids.client_refund_line_ids.refund_id
        return open_records(refunds, self, "client_refund.action_client_refund_of_entry", self.env._("Client Refunds"))

    # -------------------------------------------------------------------------
    # One owner
    # -------------------------------------------------------------------------

    def _check_not_owned_by_refund(self):
        """:raise UserError: if these belong to a refund's payment, or to another owner, or reverse what does"""
        self.env["client.refund.owner"]._check_not_owned(self)

    def _check_not_refunded(self):
        """Refuse to reopen a document whose credit has been paid out or handed over, or that was settled from a credit.

        :raise UserError: names document and refund and points to Undo
        """
        # a user without rights on refunds is refused like everybody else
        items = self.sudo().line_ids.filtered("is_in_refund")
        items.client_refund_line_ids._check_not_issued()
        items.matched_credit_ids._check_not_owned_by_refund()
        items.matched_debit_ids._check_not_owned_by_refund()

    # -------------------------------------------------------------------------
    # Undo
    # -------------------------------------------------------------------------

    def _must_be_reversed(self):
        """Whether this entry of a refund can't be canceled any more: it is in a locked period, or hashed."""
        entry = self.filtered(lambda move: move.state == "posted")
        return bool(entry and (entry.inalterable_hash or entry._get_violated_lock_dates(entry.date, False)))

    def _get_reversal_problems(self, date):
        """Why those of these entries that can't be canceled any more can't be reversed on a date."""
        for entry in self.filtered(lambda entry: entry._must_be_reversed()):
            if refusal := entry.company_id._get_client_refund_lock_refusal(date, entry.journal_id):
                yield entry, refusal
            if date < entry.date:
                problem = self.env._(
                    "%(entry)s is dated %(date)s and can't be reversed before that. Choose a later date.",
                    entry=entry.display_name,
                    date=fields.Date.to_string(entry.date),
                )
                yield entry, problem

    def _reverse_for_refund(self, date, reason):
        """Reverse these entries of refunds and reopen what they settled.

        :param date: date of the reversals
        :param reason: str, their reference
        """
        reversals = self._reverse_moves(
            [entry._prepare_refund_reversal_vals(date, reason) for entry in self], cancel=True
        )
        owners = self.env["client.refund.owner"]
        for item in reversals.line_ids:
            (item.matched_debit_ids | item.matched_credit_ids).write(owners._prepare_owner_vals(item.move_id))
        self._link_reversals(reversals)

    def _link_reversals(self, reversals):
        """Let each of these entries lead to its reversal in the chatter, and each reversal back.

        :param reversals: account.move, in the order of these
        """
        for entry, reversal in zip(self, reversals, strict=True):
            entry._message_log(body=self.env._("Reversed by %(entry)s.", entry=reversal._get_html_link()))
            reversal._message_log(body=self.env._("Reversal of %(entry)s.", entry=entry._get_html_link()))

    def _prepare_refund_reversal_vals(self, date, reason):
        """The values of the entry that reverses this one of a refund."""
        return {
            "date": date,
            "ref": self.env._("Reversal of: %(entry)s, %(reason)s", entry=self.name, reason=reason),
            **self.env["client.refund.owner"]._prepare_owner_vals(self),
        }
