import signal
from random import Random
from unittest.mock import patch

from odoo import api
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from .killing import KilledCase

# For how many calls to the database, before and after each, a process lives at most: a mail takes about 100.
LIFE = 400


@tagged("post_install", "-at_install")
class TestNoticeKilled(KilledCase):
    """The process that sends notices is killed 10 times, at any statement: each client gets one mail."""

    KILLS = 10
    CLIENTS = 20

    def setUp(self):
        super().setUp()
        # documents are not what this is about
        self.startPatcher(patch.object(IrActionsReport, "_render_qweb_pdf", lambda *_args, **_kwargs: (b"%PDF", "pdf")))
        with self._transaction() as env:
            for number in range(self.CLIENTS):
                self._make_client(env, f"Killed {number}")
            clients = env["res.partner"].browse(self.client_ids)
            clients.email = "client@example.com"
            self._make_entries(env, [(client.id, -10) for client in clients])
            for client in clients:
                env["client.refund"].create_refund({"partner_id": client.id, "send_notice": True})
            self.refund_ids = env["client.refund"].search([("partner_id", "in", clients.ids)]).ids
            env.cr.commit()

    def test_killed_at_any_moment(self):
        random = Random(10)
        for _kill in range(self.KILLS):
            self.assertEqual(self._work_in_process(self._work, die_at=random.randint(1, LIFE)), -signal.SIGKILL)
        with self._transaction() as env:
            states = env["client.refund"].browse(self.refund_ids).mapped("notice_state")
            self.assertEqual(set(states), {"to_send", "sent"}, "some were sent, and some are left")
        self.assertEqual(self._work_in_process(self._work, die_at=None), 0)
        with self._transaction() as env:
            refunds = env["client.refund"].browse(self.refund_ids)
            self.assertEqual(set(refunds.mapped("notice_state")), {"sent"})
            mails = env["mail.mail"].sudo().search([("model", "=", refunds._name), ("res_id", "in", refunds.ids)])
            self.assertEqual(sorted(mails.mapped("res_id")), sorted(refunds.ids))
            self.assertEqual(sorted(mails.recipient_ids.ids), sorted(self.client_ids))

    def _work(self, env):
        env["client.refund"]._cron_send_notices()

    def _clean_up(self):
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            env.cr.execute(
                SQL("DELETE FROM mail_message WHERE model = %s AND res_id = ANY(%s)", "client.refund", self.refund_ids)
            )
            env.cr.commit()
        return super()._clean_up()
