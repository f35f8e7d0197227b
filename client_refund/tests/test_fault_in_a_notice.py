from odoo.tests import tagged

from .faults import EVERY, START, FaultsCase
from .transactions_notice import NoticeTransactionsCase


@tagged("post_install", "-at_install")
class TestFaultInANotice(NoticeTransactionsCase, FaultsCase):
    """A statement of the scheduler that sends notices fails, whichever: the client gets one mail."""

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
        self._make_refunds([f"Notice {len(self.client_ids)}"])
        return self._work_failing_at(number, fail, lambda env: env["client.refund"]._cron_send_notices())
