from unittest.mock import patch

from odoo import api
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from .faults import EVERY, START, FaultsCase


@tagged("post_install", "-at_install")
class TestFaultInANotice(FaultsCase):
    """A statement of the scheduler that sends notices fails, whichever: the client gets one mail."""

    def setUp(self):
        super().setUp()
        self.refund_ids = []
        # documents are not what this is about
        self.startPatcher(patch.object(IrActionsReport, "_render_qweb_pdf", lambda *_args, **_kwargs: (b"%PDF", "pdf")))

    def test_notice(self):
        self._send_failing_at(None, None)  # what is cached for all transactions is read by now
        for number in range(START % EVERY, self._send_failing_at(None, None), EVERY):
            for fail in (self._disconnect, self._conflict):
                with self.subTest(statement=number, fault=fail.__name__):
                    self._send_failing_at(number, fail)
                    with self._transaction() as env:
                        env["client.refund"]._cron_send_notices()
                    self._assert_one_mail_each()

    def _send_failing_at(self, number, fail):
        """Let the scheduler send a notice, and one of its statements fail.

        :return: int, number of statements
        """
        self._make_refund()
        return self._work_failing_at(number, fail, lambda env: env["client.refund"]._cron_send_notices())

    def _make_refund(self):
        with self._transaction() as env:
            client_id = self._make_client(env, f"Notice {len(self.client_ids)}")
            env["res.partner"].browse(client_id).email = "client@example.com"
            self._make_credit(env, client_id, 10)
            refund_id = env["client.refund"].create_refund({"partner_id": client_id, "send_notice": True})
            self.refund_ids.append(refund_id)
            env.cr.commit()

    def _assert_one_mail_each(self):
        with self._transaction() as env:
            refunds = env["client.refund"].browse(self.refund_ids)
            self.assertEqual(set(refunds.mapped("notice_state")), {"sent"})
            mails = env["mail.mail"].sudo().search([("model", "=", refunds._name), ("res_id", "in", refunds.ids)])
            self.assertEqual(sorted(mails.mapped("res_id")), sorted(refunds.ids))

    def _clean_up(self):
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            env.cr.execute(
                SQL("DELETE FROM mail_message WHERE model = %s AND res_id = ANY(%s)", "client.refund", self.refund_ids)
            )
            env.cr.commit()
        return super()._clean_up()
