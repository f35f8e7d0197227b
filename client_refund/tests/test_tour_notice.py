from odoo.tests import HttpCase, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourNotice(ClientRefundCommon, HttpCase):
    """A clerk lets clients be told of their refunds, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.email = "office@alder.example.com"
        cls.credit_note = cls._credit_note(400)

    def test_wizard(self):
        self.start_tour(
            f"/odoo/account.move/{self.credit_note.move_id.id}", "client_refund_notice_wizard", login=self.clerk.login
        )
        refund = self.env["client.refund"].search([("partner_id", "=", self.client.id)])
        self.assertRecordValues(refund, [{"amount": 400, "send_notice": True, "notice_state": "to_send"}])

    def test_failed(self):
        refund = self._refund({self.credit_note: None}, send_notice=True)
        refund.with_user(self.env.ref("base.user_root"))._send_notice()
        refund.notice_message_id.sudo().notification_ids.write(
            {"notification_status": "bounce", "failure_type": "mail_bounce"}
        )
        self.start_tour(f"/odoo/client.refund/{refund.id}", "client_refund_notice_failed", login=self.clerk.login)
        self.assertEqual(refund.notice_state, "to_send")

    def test_button(self):
        refund = self._refund({self.credit_note: None})
        self.start_tour(f"/odoo/client.refund/{refund.id}", "client_refund_notice_button", login=self.clerk.login)
        self.assertRecordValues(refund, [{"send_notice": True, "notice_state": "to_send"}])
