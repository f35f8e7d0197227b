from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.client_refund.models.account_payment import REFUND_PROTECTED_FIELDS
from odoo.addons.client_refund.tools.workflow import in_workflow

# By what the payment belongs to its order, and what the client reads.
ORDER_FIELDS = frozenset({"payment_line_ids", "payment_lot_id", "payment_order_id", "payment_reference"})


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # a copy is paid by no order: nobody confirmed it
    payment_order_id = fields.Many2one(copy=False)
    payment_lot_id = fields.Many2one(copy=False)
    payment_line_ids = fields.Many2many(copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments._check_not_smuggled_in()
        return payments

    def write(self, vals):
        if ORDER_FIELDS & vals.keys():
            self._check_not_owned_by_refund()
        result = super().write(vals)
        if ORDER_FIELDS & vals.keys() or REFUND_PROTECTED_FIELDS & vals.keys():
            self._check_not_smuggled_in()
        return result

    def _check_not_smuggled_in(self):
        """Refuse to put payments into orders that pay refunds, or to change them there: what was confirmed is paid."""
        # who makes a payment need not have the right on payment orders
        payments = self.sudo().filtered(
            lambda payment: not payment.client_refund_id or not in_workflow(payment.client_refund_id)
        )
        orders = payments.payment_order_id | payments.payment_lot_id.order_id
        with_refunds = orders.filtered(
            lambda order: (
                order.state in ("draft", "open", "generated")
                and (refunds := order._get_refunds())
                and not in_workflow(refunds)
            )
        )
        if with_refunds:
            raise UserError(
                self.env._(
                    "Payment order %(orders)s pays refunds, so its payments can't be changed. Cancel the order, set "
                    "it back to draft and change its lines.",
                    orders=", ".join(with_refunds.mapped("name")),
                )
            )

    def action_post(self):
        """Leave out what refunds have posted themselves just before: an order posts all its payments."""
        if not self.env.context.get("client_refund_booked"):
            return super().action_post()
        return super(AccountPayment, self.filtered(lambda payment: not payment.client_refund_id)).action_post()
