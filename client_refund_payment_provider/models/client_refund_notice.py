from odoo import models


class ClientRefundNotice(models.Model):
    """What the client is told of what goes back by online payments, and that is after the provider has confirmed."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    def _is_payout_certain(self):
        transactions = self._get_outgoing_payments().payment_transaction_id
        return super()._is_payout_certain() and all(transaction.state == "done" for transaction in transactions)

    def _get_planned_ways(self):
        ways = super()._get_planned_ways()
        lines = self.line_ids.filtered("to_source")._filter_paid_out()
        if not lines:
            return ways
        amount = self.currency_id.round(sum(line._get_amount_paid_out() for line in lines))
        back = {self._get_notice_way_back(): amount}
        return {way: self.amount - amount for way in ways} | back if self._is_paying_from_journal() else back

    def _get_notice_way_back(self):
        return self.env._("back to the card or account that you paid with")
