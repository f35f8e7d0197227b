from odoo.tests import HttpCase, tagged

from .common import ClientDormantCommon


@tagged("post_install", "-at_install")
class TestTourDormant(ClientDormantCommon, HttpCase):
    """A dormant credit in a browser, from the worklist to the hand-over and back."""

    def test_dormant(self):
        credit_note = self._credit_note(300)
        self._credit_note(75, partner=self.other_client, date=self._days_ago(5))
        self.start_tour("/odoo/client-refunds", "client_dormant_find_and_ask", login=self.clerk.login)

        register = self.env["client.dormant.credit"].search([("partner_id", "=", self.client.id)])
        self.assertRecordValues(
            register, [{"state": "to_approve", "amount": 300, "user_id": self.clerk.id, "attempt_count": 1}]
        )
        self.assertEqual(register.attempt_ids.user_id, self.clerk)
        self.assertEqual(credit_note.amount_residual, -300)

        self.start_tour(
            f"/odoo/dormant-credits/{register.id}", "client_dormant_approve_and_undo", login=self.approver.login
        )
        self.assertEqual((register.state, register.move_ids.state), ("contacting", "cancel"))
        self.assertEqual(credit_note.amount_residual, -300)
        self.assertTrue(register.message_ids.filtered(lambda message: "The client wrote to us" in message.body))
