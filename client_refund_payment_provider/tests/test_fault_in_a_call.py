from odoo.tests import tagged

from odoo.addons.client_refund.tests.faults import EVERY, START, FaultsCase

from .common_calls import CallsCase


@tagged("post_install", "-at_install")
class TestFaultInACall(CallsCase, FaultsCase):
    """A statement of the scheduler fails, whichever: a provider is asked once, and its answer known or looked for."""

    def test_call(self):
        with self._provider_counts():
            total, refund_id = self._call_failing_at(None, None)
        self._assert_status(refund_id, "done", "called")
        for number in range(START % EVERY, total, EVERY):
            for fail in (self._disconnect, self._conflict):
                with self.subTest(statement=number, fault=fail.__name__):
                    self._assert_asked_once(number, fail)

    def _assert_asked_once(self, number, fail):
        with self._provider_counts() as asked:
            _statements, refund_id = self._call_failing_at(number, fail)
            was_asked = bool(asked)
            with self._scheduler() as scheduler:
                scheduler._cron_client_refund_calls()
        self.assertEqual(len(asked), 1)
        with self._transaction() as env:
            line = env["client.refund"].browse(refund_id).line_ids
            self.assertIn(line.provider_status, ("done", "unknown") if was_asked else ("done",))

    def _call_failing_at(self, number, fail):
        """Let the scheduler ask for a refund of 1, and one of its statements fail.

        :return: (number of statements, id of the refund)
        """
        with self._transaction() as env:
            refund = self._refund(env, 1)
            env.cr.commit()
        statements = self._work_failing_at(
            number, fail, lambda env: env["payment.transaction"].sudo()._cron_client_refund_calls()
        )
        return statements, refund.id
