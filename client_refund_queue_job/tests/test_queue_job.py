from contextlib import contextmanager
from unittest.mock import Mock, patch

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.client_refund.models.client_refund_posting import ClientRefundPosting
from odoo.addons.client_refund_queue_job.hooks import uninstall_hook
from odoo.addons.client_refund_run.tests.common_run import ClientRefundRunCommon
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job
from odoo.addons.queue_job.tests.common import trap_jobs

MODELS = "odoo.addons.client_refund_run.models"
OURS = "odoo.addons.client_refund_queue_job.models.client_refund_run"


@tagged("post_install", "-at_install")
class TestQueueJob(ClientRefundRunCommon):
    """A run of three clients in chunks of one, worked off by jobs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for client in cls.clients:
            cls._entry(100, partner=client)
        cls.prepared = cls._create_run()
        with trap_jobs():
            cls.prepared.action_prepare()

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(f"{MODELS}.client_refund_run_work.CHUNK", 1))

    @contextmanager
    def _queue(self):
        """The jobs that are made in here are kept instead of stored, and done at the end with those that they make."""
        with trap_jobs() as trap:
            yield trap
            while trap.enqueued_jobs:
                trap.perform_enqueued_jobs()

    def _issue(self, run):
        with self._queue():
            run.action_submit()

    def _start_issuing(self, run):
        """Let the refunds of a run be checked.

        :return: the jobs that are to issue them, in their order
        """
        with trap_jobs() as trap:
            run.action_submit()
            while run.state == "checking":
                run.sudo()._process_chunk()
        return [job for job in self._sort(trap.enqueued_jobs) if job.args[0] == "issuing"]

    def _sort(self, jobs):
        return sorted(jobs, key=lambda job: -job.args[1])

    def assertAllPaid(self, run):
        self.assertEqual((run.state, run.refund_count, run.issued_count), ("done", 3, 3))
        payments = self.env["account.payment"].search([("partner_id", "in", self.clients.ids)])
        self.assertEqual(payments, run.refund_ids.payment_ids)
        self.assertEqual(payments.partner_id, self.clients)
        self.assertEqual(payments.mapped("amount"), [100, 100, 100])

    # ------------------------------------------------------------------
    # What is enqueued
    # ------------------------------------------------------------------

    def test_one_job_a_chunk_each_after_the_one_before(self):
        run = self.prepared
        triggers = self._triggers()
        with trap_jobs() as trap:
            run.action_undo("not now")

        jobs = self._sort(trap.enqueued_jobs)
        # one more to see that nothing is left
        self.assertEqual([job.args for job in jobs], [("undoing", left) for left in (4, 3, 2, 1)])
        self.assertEqual([job.depends_on for job in jobs], [set(), *({job} for job in jobs[:-1])])
        self.assertEqual({job.channel for job in jobs}, {"root.client_refund"})
        self.assertEqual({job.company_id for job in jobs}, {run.company_id.id})
        self.assertEqual(jobs[-1].identity_key, f"client.refund.run,{run.id},undoing,1")
        self.assertEqual(jobs[-1].description, f"Refund run {run.name}: Undoing, 1 left")
        self.assertEqual(self._triggers(), triggers, "the scheduler is not called as well")

    def _triggers(self):
        cron = self.env.ref("client_refund_run.ir_cron_client_refund_run")
        return self.env["ir.cron.trigger"].sudo().search([("cron_id", "=", cron.id)])

    def _stored_jobs(self):
        """A run that is submitted, and what of it is in the queue."""
        self.prepared.action_submit()
        jobs = self.env["client.refund.run"].sudo()._search_jobs()
        jobs = jobs.filtered(lambda job: job.records == self.prepared)
        self.assertTrue(jobs)
        return jobs

    def test_jobs_that_wait_are_not_doubled(self):
        jobs = self._stored_jobs()

        self.prepared.action_pause()
        self.prepared.action_resume()

        self.assertEqual(self.env["client.refund.run"].sudo()._search_jobs(), jobs)

    def test_jobs_lead_to_the_run(self):
        job = self._stored_jobs()[0]

        self.assertEqual((job.user_id, job.company_id), (self.clerk, self.prepared.company_id))
        self.assertEqual(job.open_related_action()["res_id"], self.prepared.id)

    def test_uninstalled_it_leaves_the_work_to_the_scheduler(self):
        jobs = self._stored_jobs()
        triggers = self._triggers()

        uninstall_hook(self.env(su=True))

        self.assertEqual(set(jobs.mapped("state")), {"cancelled"})
        self.assertEqual(len(self._triggers() - triggers), 1)

    # ------------------------------------------------------------------
    # What the jobs do
    # ------------------------------------------------------------------

    def assertPaid(self, run):
        """Each of the clients is paid once."""
        self.assertEqual((run.state, run.refund_count, run.issued_count), ("done", 3, 3))
        payments = self.env["account.payment"].search([("partner_id", "in", self.clients.ids)])
        self.assertEqual(payments, run.refund_ids.payment_ids)
        self.assertEqual(payments.partner_id, self.clients)
        self.assertEqual(payments.mapped("amount"), [100, 100, 100])

    def assertNothingToDo(self, jobs):
        self.assertEqual({job.perform() for job in jobs}, {"Nothing to do: the run is paused, or it has moved on."})

    def test_all_that_a_run_does(self):
        with self._queue():
            self.prepared.action_undo("afresh")
        self.assertEqual(self.prepared.state, "canceled")

        run = self._create_run()
        with self._queue():
            run.action_prepare()
        self.assertEqual((run.state, run.refund_count), ("prepared", 3))

        self._issue(run)
        self.assertPaid(run)

        with self._queue():
            run.action_undo("wrong bank")
        self.assertEqual((run.state, set(run.refund_ids.mapped("state"))), ("canceled", {"canceled"}))

    def test_approval(self):
        run = self.prepared
        self.company.client_refund_approval_policy = "always"

        self._issue(run)
        self.assertEqual(run.state, "to_approve")
        self.assertFalse(run.refund_ids.payment_ids)

        with self._queue():
            run.with_user(self.approver).action_approve()
        self.assertPaid(run)

    def test_last_job_comes_again_where_more_is_left(self):
        jobs = self._start_issuing(self.prepared)

        with self._queue() as trap:
            jobs[-1].perform()
            self.assertEqual([job.args[1] for job in self._sort(trap.enqueued_jobs)], [3, 2, 1])

        self.assertPaid(self.prepared)

    def test_jobs_that_come_late_or_twice(self):
        run = self.prepared
        jobs = self._start_issuing(run)
        with self._queue():
            run.action_resume()
        self.assertPaid(run)

        self.assertNothingToDo(jobs)

        self.assertPaid(run)

    def test_jobs_and_scheduler(self):
        run = self.prepared
        jobs = self._start_issuing(run)

        jobs[0].perform()
        with self.enter_registry_test_mode():
            self.env.ref("client_refund_run.ir_cron_client_refund_run").method_direct_trigger()
        self.env.invalidate_all()

        self.assertPaid(run)
        self.assertNothingToDo(jobs[1:])
        self.assertPaid(run)

    def _schedule(self):
        with self.enter_registry_test_mode():
            self.env.ref("client_refund_run.ir_cron_client_refund_run").method_direct_trigger()
        self.env.invalidate_all()

    def test_scheduler_leaves_to_the_queue_what_it_has_jobs_for(self):
        jobs = self._stored_jobs()

        self._schedule()

        self.assertNotIn("cancelled", jobs.mapped("state"))
        self.assertFalse(self.prepared.issued_count)

    def test_scheduler_takes_over_from_a_dead_queue(self):
        self._stored_jobs()
        while self.prepared.state == "checking":
            self.prepared._process_chunk()
        jobs = self.prepared.sudo()._search_jobs().filtered(lambda job: job.records == self.prepared)
        self.env.flush_all()
        for table in ("client_refund", "client_refund_run"):
            self.env.cr.execute(f"UPDATE {table} SET write_date = write_date - INTERVAL '2 minutes'")
        self.env.invalidate_all()

        self._schedule()

        self.assertEqual(set(jobs.mapped("state")), {"cancelled"})
        self.assertPaid(self.prepared)

    # ------------------------------------------------------------------
    # Pause, failures, retry
    # ------------------------------------------------------------------

    def test_pause_and_resume(self):
        run = self.prepared
        jobs = self._start_issuing(run)
        jobs[0].perform()
        run.action_pause()

        self.assertNothingToDo(jobs[1:])
        self.assertEqual((run.state, run.issued_count), ("issuing", 1))

        with self._queue():
            run.action_resume()
        self.assertPaid(run)

    def test_jobs_of_a_discarded_run(self):
        run = self.prepared
        jobs = self._start_issuing(run)
        run.action_pause()
        with self._queue():
            run.action_undo("not now")
            self.assertNothingToDo(jobs)

        self.assertNothingToDo(jobs)

        self.assertEqual(run.state, "canceled")
        self.assertFalse(run.refund_ids.payment_ids)

    def test_job_of_a_deleted_run(self):
        run = self._create_run()
        job = Job(run.sudo()._work_in_job, args=("preparing", 1))
        run.unlink()

        self.assertNothingToDo([job])

    def test_one_that_fails_does_not_hold_the_others(self):
        run = self.prepared
        failing = self._by_client(run)[self.other_client]
        issue = ClientRefundPosting._issue

        def fail(refunds):
            if failing in refunds:
                raise ValueError("The bank is on fire.")
            return issue(refunds)

        with patch.object(ClientRefundPosting, "_issue", fail), mute_logger(f"{MODELS}.client_refund_run_work"):
            self._issue(run)
        self.assertEqual((run.state, run.issued_count, run.failed_count), ("errors", 2, 1))
        self.assertEqual(failing.run_error, "The bank is on fire.")

        self._issue(run)  # retry
        self.assertPaid(run)

    def test_what_is_not_one_refunds_error_stops_the_run_and_tells(self):
        run = self.prepared
        jobs = self._start_issuing(run)

        def break_down(run, _size):
            run.refund_ids.memo = "half done"
            raise ValueError("no disk")

        with patch.object(type(run), "_issue_chunk", break_down), mute_logger(OURS):
            self.assertEqual(jobs[0].perform(), "The run was stopped: no disk")

        self.assertTrue(run.paused)
        self.assertIn("no disk", "".join(run.message_ids.mapped("body")))
        self.assertNotIn("half done", run.refund_ids.mapped("memo"))
        self.assertNothingToDo(jobs[1:])

        with self._queue():
            run.action_resume()
        self.assertPaid(run)

    def test_done_with_the_rights_of_who_started_it(self):
        run = self.prepared
        jobs = self._start_issuing(run)
        self.clerk.group_ids = self.env.ref("base.group_user")

        with mute_logger(OURS):
            self.assertIn("You are not allowed", jobs[0].perform())

        self.assertTrue(run.sudo().paused)
        self.assertFalse(run.sudo().refund_ids.payment_ids)

    def test_job_in_the_way_of_others_is_tried_again_soon(self):
        run = self.prepared
        job = self._start_issuing(run)[0]

        for patched in (
            {"_issue_chunk": Mock(side_effect=ConcurrencyError("at the same time"))},
            {"_take_refunds": lambda run, _size: run.env["client.refund"]},
            {"_try_lock": lambda run, record: record._name != "account.journal"},
        ):
            with patch.multiple(type(run), **patched), self.assertRaises(RetryableJobError):
                job.perform()
            self.assertEqual(job.retry, 0, "that is no failed try")
            self.assertIn(job._get_retry_seconds(), range(5, 16))

        self.assertFalse(run.paused)
