from odoo.tests import HttpCase, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourImport(ClientRefundCommon, HttpCase):
    """A clerk imports a file of refunds, in a browser."""

    def test_import(self):
        credit_note = self._credit_note(400)

        self.start_tour("/odoo/client-refunds", "client_refund_import", login=self.clerk.login)

        refunds = self.env["client.refund"].search([("partner_id", "=", self.client.id)], order="id")
        self.assertRecordValues(
            refunds,
            [
                {"external_reference": "tour-1", "amount": 100, "state": "draft", "user_id": self.clerk.id},
                {"external_reference": "tour-2", "amount": 50, "state": "draft", "user_id": self.clerk.id},
            ],
        )
        self.assertEqual(refunds.line_ids.move_line_id, credit_note)
        self.assertEqual(credit_note.amount_refundable, 250)
