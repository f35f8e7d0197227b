from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_amount

from odoo.addons.client_refund.tools.problems import get_problem_texts, raise_problems
from odoo.addons.client_refund.tools.workflow import in_workflow

# What the line tells the bank, and whose it is.
REFUND_PROTECTED_FIELDS = frozenset(
    {
        "amount_currency",
        "client_refund_line_id",
        "communication",
        "communication_type",
        "company_id",
        "currency_id",
        "date",
        "move_line_id",
        "name",
        "order_id",
        "partner_bank_id",
        "partner_id",
        "payment_ids",
    }
)


class AccountPaymentLine(models.Model):
    """The line of a payment order that pays what a refund takes of one credit."""

    _inherit = "account.payment.line"

    client_refund_line_id = fields.Many2one(
        "client.refund.line",
        string="Refund Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="What the refund takes of the credit. Only the refund can change it.",
    )

    @api.depends("client_refund_line_id")
    def _compute_partner_bank_id(self):
        of_refunds = self.filtered("client_refund_line_id")
        for line in of_refunds:
            line.partner_bank_id = line.client_refund_line_id.refund_id.partner_bank_id
        return super(AccountPaymentLine, self - of_refunds)._compute_partner_bank_id()

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_put_in_by_refund()
        lines._check_not_held()
        return lines

    def write(self, vals):
        if REFUND_PROTECTED_FIELDS & vals.keys():
            self._check_not_owned_by_refund()
        result = super().write(vals)
        if vals.get("client_refund_line_id"):
            self._check_put_in_by_refund()
        if {"move_line_id", "amount_currency", "order_id"} & vals.keys():
            self._check_not_held()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_refund(self):
        self._check_not_owned_by_refund()

    # -------------------------------------------------------------------------
    # One payment for each refund
    # -------------------------------------------------------------------------

    def _payment_line_grouping_key(self):
        # sudo: who confirms an order need not have the right on refunds
        return (*super()._payment_line_grouping_key(), self.sudo().client_refund_line_id.refund_id.id)

    def _prepare_write_draft2open(self):
        """A refund is due on its own date: its credits were due on others, and it would be paid in pieces."""
        vals = super()._prepare_write_draft2open()
        # who confirms an order need not have the right on refunds
        if (refund := self.sudo().client_refund_line_id.refund_id) and self.order_id.date_prefered == "due":
            vals["date"] = max(fields.Date.context_today(self), refund.date)
        return vals

    def _draft2open_payment_line_check(self):
        return super()._draft2open_payment_line_check() + get_problem_texts(self._get_held_problems())

    def _prepare_account_payment_vals(self, payment_lot, pay_sequence):
        vals = super()._prepare_account_payment_vals(payment_lot, pay_sequence)
        # who confirms an order need not have the right on refunds
        refund_lines = self.sudo().client_refund_line_id
        if not refund_lines:
            return vals
        kept = ("date", "payment_line_ids", "payment_lot_id", "payment_method_line_id", "payment_order_id")
        refund = refund_lines.refund_id
        return {
            **refund._prepare_payment_vals(refund_lines.move_line_id.account_id, refund_lines),
            **{name: vals[name] for name in kept},
            "memo": refund._get_end_to_end_id() or vals["memo"],
            "payment_reference": self[0].communication,
        }

    # -------------------------------------------------------------------------
    # One owner
    # -------------------------------------------------------------------------

    def _check_put_in_by_refund(self):
        """:raise AccessError: where somebody else puts what a refund pays into an order"""
        # looked up on the records: a default in the context is no way in either
        refunds = self.sudo().client_refund_line_id.refund_id
        if refunds and not in_workflow(refunds):
            raise AccessError(
                self.env._("Only a refund itself adds its credits to payment orders. Use Refund a Client.")
            )

    def _check_not_owned_by_refund(self):
        """Refuse to change a line behind the back of its refund.

        :raise UserError: names client, order, amount and refund and points to Undo
        """
        raise_problems(
            (
                line,
                self.env._(
                    "%(client)s: %(amount)s in payment order %(order)s belongs to refund %(refund)s and can only be "
                    "changed from there. Open the refund and choose Undo: this removes it from the order.",
                    client=line.partner_id.display_name,
                    amount=format_amount(self.env, line.amount_currency, line.currency_id),
                    order=line.order_id.name,
                    refund=refund.name,
                ),
            )
            # who works on an order need not have the right on refunds
            for line in self.sudo()
            if (refund := line.client_refund_line_id.refund_id) and not in_workflow(refund)
        )

    # -------------------------------------------------------------------------
    # Nobody else pays what a refund holds
    # -------------------------------------------------------------------------

    def _check_not_held(self):
        """:raise UserError: where lines of others pay what a refund holds of a credit"""
        raise_problems(self._get_held_problems())

    def _get_held_problems(self):
        """Why these lines can't be paid: refunds hold what they pay."""
        # what refunds hold is held, seen or not
        others = self.sudo().filtered(lambda line: not line.client_refund_line_id)
        credits = others.move_line_id.filtered(
            lambda item: item.account_type == "asset_receivable" and item.balance < 0
        )
        credits._lock_for_refund()
        return [
            (
                line,
                self.env._(
                    "%(client)s, %(document)s: %(refunds)s reserves %(held)s of it, so %(amount)s can't be paid by a "
                    "payment order too. Leave it out, or %(release)s first.",
                    client=credit.partner_id.display_name,
                    document=credit.move_id.display_name,
                    refunds=held.refund_id._join_names(),
                    release=held.refund_id._get_release_text(),
                    held=format_amount(self.env, credit.amount_refund_reserved, credit.currency_id),
                    amount=format_amount(self.env, credit._get_amount_in_orders(), credit.currency_id),
                ),
            )
            for line in others
            for credit in line.move_line_id & credits
            if (held := credit._get_refund_reservations())
            and line.currency_id.compare_amounts(
                credit._get_amount_in_orders(), credit.amount_refund_open - credit.amount_refund_reserved
            )
            > 0
        ]
