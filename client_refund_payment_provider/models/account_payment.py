from odoo import models


class AccountPayment(models.Model):
    """The payment by which a provider refunds an online payment, and what core may still refund of one."""

    _inherit = "account.payment"

    def _compute_amount_available_for_refund(self):
        """What client refunds hold of an online payment is not available; what failed is."""
        result = super()._compute_amount_available_for_refund()
        for payment in self:
            # core reads it so, for users who may not read the provider
            transaction = payment.payment_transaction_id.sudo()
            if transaction.child_transaction_ids.client_refund_id or transaction._get_holding_lines():
                payment.amount_available_for_refund = transaction._get_amount_refundable()
        return result

    def write(self, vals):
        if "payment_transaction_id" in vals:
            self._check_not_owned_by_refund()
        return super().write(vals)

    def _get_refund_payment_key(self):
        return (*super()._get_refund_payment_key(), self.payment_transaction_id.source_transaction_id)

    def _get_refund_payee(self):
        source = self.payment_transaction_id.source_transaction_id
        if not source:
            return super()._get_refund_payee()
        return self.env._("online payment %(transaction)s", transaction=source.reference)

    def _get_refund_payee_account(self):
        account = super()._get_refund_payee_account()
        return account.browse() if self.payment_transaction_id.source_transaction_id else account

    def _get_refund_notice_way(self):
        if self.payment_transaction_id.source_transaction_id:
            return self.client_refund_id._get_notice_way_back()
        return super()._get_refund_notice_way()
