from odoo.tests import HttpCase, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourPhone(ClientRefundCommon, HttpCase):
    """The refund desk on a phone: credits are cards that can be ticked, and their amounts changed."""

    browser_size = "375x667"
    touch_enabled = True

    def test_refund_on_a_phone(self):
        self._invoice(1000)
        payment, credit_note = self._payment(250), self._credit_note(400)
        self.start_tour("/odoo/client-credits", "client_refund_on_a_phone", login=self.clerk.login)
        refund = self.env["client.refund"].search([("partner_id", "=", self.client.id)])
        self.assertRecordValues(refund.line_ids, [{"move_line_id": credit_note.id, "amount": 150.0}])
        self.assertEqual(refund.payment_ids.amount, 150)
        self.assertEqual(-payment.amount_residual, 250)
        self.assertEqual(-credit_note.amount_residual, 250)
