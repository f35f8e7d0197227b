from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_amount

from odoo.addons.account.models.account_move import BYPASS_LOCK_CHECK

from ..tools.groups import READER_GROUPS
from ..tools.lock import lock_or_refuse
from ..tools.problems import raise_problems
from ..tools.shown import ShownMonetary, ShownOne2many, ShownSelection

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


class AccountMoveLine(models.Model):
    """What refunds hold of a journal item, and what is left of it to refund.

    What is open at all is in `account_move_line_open.py`, what holds a credit back in `account_move_line_held.py`.
    """

    _inherit = "account.move.line"

    client_refund_line_ids = ShownOne2many(
        "client.refund.line",
        "move_line_id",
        string="Refund Lines",
        groups=READER_GROUPS,
        help="What refunds reserve or have paid out of this credit.",
    )
    is_in_refund = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether a refund has ever reserved a part of this item. Refunds are searched for such items only.",
    )
    refund_source_type = ShownSelection(
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
    amount_refund_original = ShownMonetary(
        string="Original",
        currency_field="currency_id",
        compute="_compute_amount_refund_original",
        groups=READER_GROUPS,
        help="The amount of the credit when it was booked.",
    )
    amount_refund_open = ShownMonetary(
        string="Open Credit",
        currency_field="currency_id",
        compute="_compute_amount_refundable",
        groups=READER_GROUPS,
        help="What is open of this credit, as a positive amount in its currency. Zero if it is not an open credit.",
    )
    amount_refund_reserved = ShownMonetary(
        string="Reserved",
        currency_field="currency_id",
        compute="_compute_amount_refundable",
        groups=READER_GROUPS,
        help="What refunds whose money is not booked yet reserve of this credit.",
    )
    amount_refundable = ShownMonetary(
        string="Refundable",
        currency_field="currency_id",
        compute="_compute_amount_refundable",
        groups=READER_GROUPS,
        help="What is open of this credit, less what is reserved. Zero on accounts that are never refunded, and for "
        "credits that a journal entry moved from such an account.",
    )

    @api.depends("move_id.move_type", "move_id.origin_payment_id", "move_id.statement_line_id")
    def _compute_refund_source_type(self):
        # set for all of a type at once: one by one, it would take most of the time
        for source_type, lines in self.grouped(lambda line: line._get_refund_source_type()).items():
            lines.refund_source_type = source_type

    def _get_refund_source_type(self):
        entry = self.move_id
        if entry.move_type == "out_refund":
            return "credit_note"
        if entry.origin_payment_id:
            return "payment"
        return "bank" if entry.statement_line_id else "entry"

    @api.depends("amount_currency")
    def _compute_amount_refund_original(self):
        for line in self:
            line.amount_refund_original = -line.amount_currency

    @api.depends(
        "account_id.account_type",
        "account_id.non_trade",
        "amount_residual_currency",
        "client_refund_line_ids.amount_reserved",
        # not by their states, which follow the whole ledger: what counts here is written
        "move_id.matched_payment_ids.write_date",
        "move_id.origin_payment_id.write_date",
        "move_id.write_date",
        "parent_state",
        "reconciled",
    )
    def _compute_amount_refundable(self):
        reserved = self._get_reserved_amounts()
        open_credits = self._filter_open_credits()
        excluded = open_credits._get_excluded_accounts()
        held = self.filtered(lambda line: line._origin in reserved)
        closed = self - open_credits
        # what is nothing is set for all at once: one by one, it would take most of the time
        (self - held).amount_refund_reserved = closed.amount_refund_open = closed.amount_refundable = 0.0
        for line in held:
            line.amount_refund_reserved = reserved[line._origin]
        for line in open_credits:
            line.amount_refund_open = -line.amount_residual_currency
            left = max(line.amount_refund_open - line.amount_refund_reserved, 0.0)
            line.amount_refundable = 0.0 if line in excluded else left

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items.move_id._check_not_owned_by_refund()
        return items

    def write(self, vals):
        if "is_in_refund" in vals and not self.env.su:
            raise AccessError(self.env._("Whether a journal item is in a refund can't be changed."))
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

    def action_register_payment(self, ctx=None):
        """Where clients are paid back only by refunds, *Pay* of what they are owed opens the refund wizard."""
        if self._is_paid_only_by_refund():
            return self._filter_open_credits().action_refund_client()
        return super().action_register_payment(ctx)

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_refund_client(self):
        """Open the refund wizard with these credits ticked, and say what of these items is none.

        :raise UserError: if none of them is an open credit, or they are not of one client, company and currency
        """
        credits = self._filter_open_credits()
        left_out = [(line, line._get_not_open_message()) for line in self - credits]
        if not credits:
            raise_problems(left_out)
        action = self.env["client.refund.wizard"]._open_for_credits(credits)
        if not left_out:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("Left Out"),
                "message": " ".join(text for _line, text in left_out),
                "next": action,
            },
        }

    # -------------------------------------------------------------------------
    # What refunds hold
    # -------------------------------------------------------------------------

    def _get_refund_reservations(self):
        """The refund lines that hold something of these credits without having paid it out."""
        # what a refund of a parent company holds is held, seen or not by the user
        return self.sudo().filtered("is_in_refund").client_refund_line_ids.filtered("amount_reserved")

    def _get_reserved_amounts(self):
        """How much of these credits that is.

        :return: Counter, account.move.line: positive amount in its currency
        """
        reserved = Counter()
        for reservation in self._get_refund_reservations():
            reserved[reservation.move_line_id._origin] += reservation.amount_reserved
        return reserved

    def _lock_for_refund(self):
        """Lock these credits until the transaction ends; what is open is to be read after this.

        :raise UserError: if somebody else is working on one of them at this moment
        """
        lock_or_refuse(
            self,
            lambda busy: self.env._(
                "Somebody else is refunding or reconciling %(documents)s right now.\nWait a moment, check what is "
                "still open, and try again.",
                documents=", ".join(item._describe_for_refund() for item in busy),
            ),
            touch=SQL("is_in_refund = TRUE"),
        )

    def _describe_for_refund(self):
        """Document, client and amount of this journal item, as it was booked, within a sentence."""
        self.ensure_one()
        return self.env._(
            "%(document)s of %(client)s (%(amount)s)",
            document=self.move_id.display_name,
            client=self.partner_id.display_name or self.env._("no client"),
            amount=format_amount(self.env, abs(self.amount_currency), self.currency_id),
        )

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
