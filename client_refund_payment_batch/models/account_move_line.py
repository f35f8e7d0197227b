from odoo import models

from .client_refund_line import WAITING_STATES


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def reconcile(self):
        """Leave out what refunds have reconciled themselves just before, credit by credit.

        An order reconciles each of its payments in one bag, which settles credits as core likes.
        """
        if not self.env.context.get("client_refund_booked"):
            return super().reconcile()
        if self.move_id.client_refund_id:
            return None
        # what the order pays besides refunds has no right of theirs: it leaves what others hold
        return super(AccountMoveLine, self.with_context(client_refund_workflow=None)).reconcile()

    def _get_waiting_order_lines(self):
        """The waiting lines of payment orders that pay this credit and are of no refund.

        :return: account.payment.line
        """
        # who may refund a credit need not have the right on payment orders
        return self.sudo().payment_line_ids.filtered(
            lambda line: line.state in WAITING_STATES and not line.client_refund_line_id
        )

    def _get_amount_in_orders(self):
        """What those lines take of this credit, positive: a debit order that nets it has it with the other sign."""
        return sum(abs(line.amount_currency) for line in self._get_waiting_order_lines())
