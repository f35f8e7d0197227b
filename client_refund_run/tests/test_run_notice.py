from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.base.models.ir_actions_report import IrActionsReport
from odoo.addons.client_refund.tests.test_notice_sending import NoticeCase

from .common_run import ClientRefundRunCommon


@tagged("post_install", "-at_install")
class TestNoticeOfRun(NoticeCase, ClientRefundRunCommon):
    """A run says for all its refunds whether clients are told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number, client in enumerate(cls.clients):
            client.email = f"client{number}@example.com"
            cls._credit_note(10 + number, partner=client)

    def test_each_client_once(self):
        run = self._prepare(send_notice=True)
        self.assertEqual(set(run.refund_ids.mapped("send_notice")), {True})
        with patch.object(IrActionsReport, "_render_qweb_pdf", side_effect=ValueError("no document in the run")):
            self._issue(run)
        self.assertEqual(set(run.refund_ids.mapped("notice_state")), {"to_send"})
        mails = self._send()
        self.assertEqual(sorted(mails.recipient_ids.ids), sorted(self.clients.ids))
        for mail in mails:
            self.assertNotice(mail, run.refund_ids.filtered(lambda refund, mail=mail: refund.id == mail.res_id))
        self.assertFalse(self._send())

    def test_default_and_off(self):
        self.company.client_refund_send_notice = True
        self.assertTrue(self._create_run().send_notice)
        run = self._issue(self._prepare(send_notice=False))
        self.assertEqual(set(run.refund_ids.mapped("notice_state")), {False})
        self.assertFalse(self._send())
