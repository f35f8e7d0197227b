from odoo import models


class ClientRefundMixin(models.AbstractModel):
    _inherit = "client.refund.mixin"

    def _is_paid_by_order(self):
        self.ensure_one()
        return super()._is_paid_by_order() or self.payment_method_line_id.payment_method_id.payment_order_ok

    def _is_trusted_account_missing(self):
        return super()._is_trusted_account_missing() or (
            self._is_paid_by_order()
            and self.payment_method_line_id.payment_method_id.bank_account_required
            and not self.partner_bank_id.allow_out_payment
        )
