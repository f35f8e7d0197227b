from odoo import models

# By what the payment belongs to its order, and what the client reads.
ORDER_FIELDS = frozenset({"payment_line_ids", "payment_lot_id", "payment_order_id", "payment_reference"})


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def write(self, vals):
        if ORDER_FIELDS & vals.keys():
            self._check_not_owned_by_refund()
        return super().write(vals)

    def action_post(self):
        """Leave out what refunds have posted themselves just before: an order posts all its payments."""
        if not self.env.context.get("client_refund_booked"):
            return super().action_post()
        return super(AccountPayment, self.filtered(lambda payment: not payment.client_refund_id)).action_post()
