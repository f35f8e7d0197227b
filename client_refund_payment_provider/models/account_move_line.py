from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_source_transactions(self):
        """The online payments that these credits came by, as far as they can go back by them.

        :return: dict, account.move.line: payment.transaction; only credits that can go back
        """
        # most were not paid online
        entries = self.move_id
        if not (entries.origin_payment_id.payment_transaction_id or entries.reversed_entry_id.transaction_ids):
            return {}
        found = {credit: credit._get_online_payments()._filter_refundable_to(credit) for credit in self}
        return {credit: transactions for credit, transactions in found.items() if transactions}

    def _get_online_payments(self):
        """How this credit was paid online: an unallocated payment itself, or the invoice of a credit note.

        :return: payment.transaction
        """
        self.ensure_one()
        payment = self.move_id.origin_payment_id
        if payment:
            return payment.payment_transaction_id.filtered(lambda transaction: transaction.payment_id == payment)
        return self.move_id.reversed_entry_id.transaction_ids
