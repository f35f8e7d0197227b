from odoo.tests import HttpCase, tagged

from .common_sepa import SepaCommon


@tagged("post_install", "-at_install")
class TestPaymentOrderTour(SepaCommon, HttpCase):
    """The clerk refunds a client by SEPA, the treasurer sends it to the bank: in a browser."""

    def test_refund_by_sepa(self):
        credit = self._credit_note(400)
        self.client.property_outbound_payment_method_line_id = self.method_line

        self.start_tour(
            f"/odoo/account.move/{credit.move_id.id}", "client_refund_by_payment_order", login=self.clerk.login
        )

        refund = self.env["client.refund"].search([("partner_id", "=", self.client.id)])
        self.assertEqual((refund.state, refund.amount, refund.payment_order_ids.state), ("in_process", 400, "draft"))

        self.start_tour(
            f"/odoo/account.payment.order/{refund.payment_order_ids.id}",
            "client_refund_order_paid",
            login=self.treasurer.login,
        )

        self.assertEqual(refund.payment_order_ids.state, "uploaded")
        self.assertTrue(refund.payment_order_ids.payment_file_id)
        self.assertPairs(refund, [(credit, 400)])
        self.assertEqual(credit.amount_residual, 0)
