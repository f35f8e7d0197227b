from odoo.tests import tagged

from odoo.addons.client_refund_payment_batch.tests.common import PaymentOrderCommon


# not run by default: payment orders must be installed
@tagged("post_install", "-at_install", "-standard", "neighbour")
class TestNeighbourPaymentOrder(PaymentOrderCommon):
    """The bank has paid the file of an order, and nobody has told the order yet."""

    def test_the_bank_line_waits_for_the_order(self):
        """What the refund holds is not proposed for it: refused, that would stop the import."""
        credit = self._credit_note(100)
        refund = self._refund({credit: None})
        order = self._order(refund)
        lines = self.env["account.bank.statement.line"].with_context(_test_account_reconcile_oca=True)
        values = {"journal_id": self.bank.id, "date": "2024-04-02", "amount": -100, "partner_id": self.client.id}
        named, unnamed = lines.create(
            [{**values, "payment_ref": "/", "ref": refund.name}, {**values, "payment_ref": "/"}]
        )
        self.assertFalse((named | unnamed).filtered("is_reconciled"))
        self._upload(order)
        self.refunds.action_match_bank()
        self.assertEqual((refund.state, named.is_reconciled, unnamed.is_reconciled), ("paid", True, False))
