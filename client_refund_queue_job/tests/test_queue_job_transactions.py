from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.client_refund_run.tests.transactions_run import RunTransactionsCase
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs


@tagged("post_install", "-at_install")
class TestQueueJobTransactions(RunTransactionsCase):
    """Jobs in transactions of their own, at the same moment."""

    def setUp(self):
        self.addCleanup(self._delete_journals)  # when the payments are gone
        super().setUp()
        with self._transaction() as env:
            bank = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1)
            journals = env["account.journal"].create(
                [
                    {
                        "name": f"Queue {code}",
                        "code": code,
                        "type": "bank",
                        "default_account_id": bank.default_account_id.id,
                    }
                    for code in ("QUE1", "QUE2")
                ]
            )
            self.journal_ids = journals.ids
            env.cr.commit()

    def _delete_journals(self):
        with self._transaction() as env:
            env["account.journal"].browse(self.journal_ids).unlink()
            env.cr.commit()

    def _make_run(self, journal=0, state="issuing"):
        """A run of one client that is at work, committed.

        :return: int, its id
        """
        with self._transaction() as env, trap_jobs():
            credits = self._make_credit(env, self._make_client(env, f"Queued {len(self.client_ids)}"), 10)
            run = env["client.refund.run"].create(
                [{"move_line_ids": [Command.set(credits.ids)], "journal_id": self.journal_ids[journal]}]
            )
            with patch.object(type(run), "_process_chunk") if state == "preparing" else nullcontext():
                run.action_prepare()
            if state == "issuing":
                run.action_submit()
            self.assertEqual(run.state, state)
            env.cr.commit()
            return run.id

    @contextmanager
    def _meanwhile(self):
        """Another transaction, which fails where it would wait for the first."""
        with self._transaction() as env:
            env.cr.execute("SET lock_timeout = '2s'")
            env.cr.commit()
            try:
                yield env
            finally:
                env.cr.rollback()
                env.cr.execute("RESET lock_timeout")
                env.cr.commit()

    @contextmanager
    def _assert_steps_back(self):
        with self.assertRaisesRegex(RetryableJobError, "Another job is working on this run or its journal"):
            yield

    def _work(self, env, run_id, state="issuing"):
        """What a job does."""
        with trap_jobs():
            return env["client.refund.run"].sudo().browse(run_id)._work_in_job(state, 1)

    def _assert_paid_once(self, *run_ids):
        with self._transaction() as env:
            runs = env["client.refund.run"].browse(run_ids)
            self.assertEqual(runs.mapped("state"), ["done"] * len(runs))
            payments = env["account.payment"].search([("partner_id", "in", self.client_ids)])
            self.assertEqual(payments.mapped("amount"), [10.0] * len(self.client_ids))
            self.assertEqual(payments, runs.refund_ids.payment_ids)

    def test_one_journal_at_a_time(self):
        first, second = self._make_run(), self._make_run()
        with self._transaction() as env:
            self._work(env, first)
            with self._meanwhile() as other, self._assert_steps_back():
                self._work(other, second)
            env.cr.commit()
        with self._transaction() as env:
            self._work(env, second)
            env.cr.commit()

        self._assert_paid_once(first, second)

    def test_two_journals_at_once(self):
        first, second = self._make_run(), self._make_run(journal=1)
        with self._transaction() as env:
            self._work(env, first)
            with self._meanwhile() as other:
                self._work(other, second)
                other.cr.commit()
            env.cr.commit()

        self._assert_paid_once(first, second)

    def test_one_run_at_a_time(self):
        run_id = self._make_run(state="preparing")
        with self._transaction() as env:
            self._work(env, run_id, "preparing")
            with self._meanwhile() as other, self._assert_steps_back():
                self._work(other, run_id, "preparing")
            env.cr.commit()

        with self._transaction() as env:
            run = env["client.refund.run"].browse(run_id)
            self.assertEqual((run.state, run.refund_count, run.skip_count), ("prepared", 1, 0))

    def test_scheduler_leaves_alone_what_a_job_is_at(self):
        run_id = self._make_run()
        with self._transaction() as env:
            self._work(env, run_id)
            with self._meanwhile() as scheduler:
                with patch.object(type(scheduler["ir.cron"]), "_commit_progress") as commit:
                    scheduler["client.refund.run"]._cron_work()
                commit.assert_called_once_with(0, remaining=1)
            env.cr.commit()
        self._assert_paid_once(run_id)

    def test_scheduler_does_what_no_job_is_at(self):
        run_id = self._make_run()
        with self._transaction() as env:
            env["client.refund.run"]._cron_work()

        self._assert_paid_once(run_id)
