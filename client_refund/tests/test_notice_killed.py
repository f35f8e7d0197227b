import signal
from random import Random

from odoo.tests import tagged

from .killing import KILLS, KilledCase
from .transactions_notice import NoticeTransactionsCase

# For how many calls to the database, before and after each, a process lives at most: a mail takes about 100.
LIFE = 400


@tagged("post_install", "-at_install")
class TestNoticeKilled(NoticeTransactionsCase, KilledCase):
    """The process that sends notices is killed again and again, at any statement: each client gets one mail."""

    CLIENTS = 2 * KILLS

    def setUp(self):
        super().setUp()
        self._make_refunds([f"Killed {number}" for number in range(self.CLIENTS)])

    def test_killed_at_any_moment(self):
        random = Random(10)
        for _kill in range(KILLS):
            self.assertEqual(self._work_in_process(self._work, die_at=random.randint(1, LIFE)), -signal.SIGKILL)
        with self._transaction() as env:
            states = env["client.refund"].browse(self.refund_ids).mapped("notice_state")
            self.assertEqual(set(states), {"to_send", "sent"}, "some were sent, and some are left")
        self.assertEqual(self._work_in_process(self._work, die_at=None), 0)
        self._assert_one_mail_each()

    def _work(self, env):
        env["client.refund"]._cron_send_notices()
