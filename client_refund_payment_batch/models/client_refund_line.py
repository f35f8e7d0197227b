from odoo import fields, models

# Orders that still will pay their lines.
WAITING_STATES = ("draft", "open", "generated")


class ClientRefundLine(models.Model):
    _inherit = "client.refund.line"

    payment_order_line_ids = fields.One2many(
        "account.payment.line",
        "client_refund_line_id",
        string="Payment Order Lines",
        readonly=True,
        copy=False,
        groups="account.group_account_readonly",
        help="The lines of payment orders that pay this.",
    )

    def _prepare_payment_order_line_vals(self, order):
        """The values of the line of a payment order that pays what this takes of its credit.

        :param order: account.payment.order
        """
        self.ensure_one()
        refund = self.refund_id
        return {
            "amount_currency": self._get_amount_paid_out(),
            "client_refund_line_id": self.id,
            # the bank's file takes no line breaks
            "communication": " ".join([refund.name, *(refund.memo or "").split()])[:140],
            "communication_type": "free",
            "currency_id": refund.currency_id.id,
            "date": refund.date,
            "move_line_id": self.move_line_id.id,
            "order_id": order.id,
            "partner_bank_id": refund.partner_bank_id.id,
            # an order pays to accounts of the line's own partner, and the account may be of a contact
            "partner_id": (refund.partner_bank_id.partner_id or refund.partner_id).id,
        }

    def _is_ordered_exactly(self):
        """Whether the one order line of this is what it was when the refund was issued."""
        self.ensure_one()
        order_lines = self.payment_order_line_ids
        if not self._filter_paid_out():
            return not order_lines
        if len(order_lines) != 1:
            return False
        expected = self._prepare_payment_order_line_vals(order_lines.order_id)
        return all(
            (order_lines[name].id if order_lines._fields[name].type == "many2one" else order_lines[name]) == value
            for name, value in expected.items()
            if name != "date"
        )

    def _get_amount_refusal(self):
        if problem := super()._get_amount_refusal():
            return problem
        credit = self.move_line_id
        others, taken = credit._get_waiting_order_lines(), credit._get_amount_in_orders()
        left = credit.amount_refund_open - credit.amount_refund_reserved - taken
        if not others or self.currency_id.compare_amounts(left, 0) >= 0:
            return None
        return self.env._(
            "payment order %(orders)s already pays %(amount)s of it. Remove it from the order first, or leave it out.",
            orders=", ".join(others.order_id.mapped("name")),
            amount=self._format_amount(taken),
        )
