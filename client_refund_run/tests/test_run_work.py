from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.api import Environment
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.client_refund.models.client_refund_posting import ClientRefundPosting

from .common_run import ClientRefundRunCommon

WORK = "odoo.addons.client_refund_run.models.client_refund_run_work"


@tagged("post_install", "-at_install")
class TestRunWork(ClientRefundRunCommon):
    """Worked off in the background: stopped, resumed, killed, one that fails, and nothing behind its back."""

    def test_one_that_fails_does_not_hold_the_others(self):
        run = self._prepare_three()
        failing = self._by_client(run)[self.other_client]
        issue = ClientRefundPosting._issue
        message = "The bank is on fire."

        def fail(refunds):
            if failing in refunds:
                raise UserError(message)
            return issue(refunds)

        with patch.object(ClientRefundPosting, "_issue", fail):
            self._issue(run)

        self.assertEqual(run.state, "errors")
        self.assertEqual((run.issued_count, run.failed_count), (2, 1))
        self.assertEqual((failing.state, failing.run_error), ("draft", message))
        self.assertFalse(failing.payment_ids)

        self._issue(run)  # retry

        self.assertEqual((run.state, run.issued_count, run.failed_count), ("done", 3, 0))
        self.assertFalse(failing.run_error)
        self.assertEqual(len(run.refund_ids.payment_ids), 3)

    def test_an_error_without_a_text_is_an_error(self):
        """Taken for none, the refund would be tried for ever."""
        run = self._prepare_three()

        with patch.object(ClientRefundPosting, "_issue", side_effect=AssertionError), mute_logger(WORK):
            self._issue(run)

        self.assertEqual((run.state, run.failed_count), ("errors", 3))
        self.assertEqual(set(run.refund_ids.mapped("run_error")), {"AssertionError()"})

    def test_what_comes_up_after_preparation_fails_by_name(self):
        run = self._prepare_three()
        self.other_client.write({"client_refund_blocked": True, "client_refund_block_reason": "Court order"})

        self._issue(run)

        failed = self._by_client(run)[self.other_client]
        self.assertEqual((run.state, run.issued_count), ("errors", 2))
        self.assertIn("Birch Holdings", failed.run_error)
        self.assertIn("Court order", failed.run_error)
        self.assertEqual(failed.state, "draft")

    def test_pause_and_resume(self):
        run = self._prepare_three()
        with patch(f"{WORK}.CHUNK", 1):
            run.action_submit()
            while run.state == "checking":
                run.sudo()._process_chunk()
            run.sudo()._process_chunk()
            run.action_pause()
            self.assertEqual((run.state, run.issued_count, run.is_working), ("issuing", 1, False))
            with self.enter_registry_test_mode():
                self.env.ref("client_refund_run.ir_cron_client_refund_run").method_direct_trigger()
            self.assertEqual(run.issued_count, 1, "the scheduler leaves it alone")

            run.action_resume()
            with self.enter_registry_test_mode():
                self.env.ref("client_refund_run.ir_cron_client_refund_run").method_direct_trigger()

        self.env.invalidate_all()
        self.assertEqual((run.state, run.issued_count), ("done", 3))

    def test_figures_are_true_at_each_step(self):
        """100 each for three clients: paused after the first one, taken back to review, issued, undone in two parts."""
        run = self._prepare_three()

        def assert_figures(refunds, drafts, issued, progress):
            figures = {
                "refund_count": refunds,
                "draft_count": drafts,
                "issued_count": issued,
                "amount": refunds * 100,
                "amount_issued": issued * 100,
                "progress": progress,
            }
            self.assertEqual({name: int(run[name]) for name in figures}, figures)

        assert_figures(3, 3, 0, progress=0)
        with patch(f"{WORK}.CHUNK", 1):
            run.action_submit()
            while not run.issued_count:
                run.sudo()._process_chunk()
            assert_figures(3, 0, 1, progress=33)
            run.action_pause()
            assert_figures(3, 0, 1, progress=33)
            run.action_review()
            assert_figures(3, 2, 1, progress=0)
            self.assertRegex(run.get_issue_question()["message"], r"200\.00\? Number of refunds: 2\.")
            self._issue(run)
            assert_figures(3, 0, 3, progress=0)
            run.action_undo("Wrong bank")
            run.sudo()._process_chunk()
            run.action_pause()
            assert_figures(2, 0, 2, progress=33)
            run.action_resume()
            self._work(run)
        self.assertEqual(run.state, "canceled")
        assert_figures(0, 0, 0, progress=0)

    def test_figures_follow_what_is_done_with_single_refunds(self):
        run = self._prepare_three()
        self.assertEqual((run.refund_count, run.amount, run.amount_issued), (3, 300, 0))
        first, second, third = run.refund_ids
        first.line_ids.amount = 40
        self.assertEqual((run.refund_count, run.amount, run.amount_issued), (3, 240, 0))
        second.action_undo("Not wanted")
        self.assertEqual((run.refund_count, run.amount, run.amount_issued), (2, 140, 0))
        third.line_ids.unlink()
        self.assertEqual((run.refund_count, run.amount, run.amount_issued), (2, 40, 0))

    def test_paused_run_can_be_taken_back(self):
        run = self._prepare_three()
        with patch(f"{WORK}.CHUNK", 1):
            run.action_submit()
            while not run.issued_count:
                run.sudo()._process_chunk()
        with self.assertRaisesRegex(UserError, "is at work. Pause it first"):
            run.action_review()
        run.action_pause()

        run.action_review()

        self.assertEqual(run.state, "prepared")
        self.assertEqual(sorted(run.refund_ids.mapped("state")), ["draft", "draft", "in_process"])

    def test_what_is_not_one_refunds_error_stops_the_run_and_tells(self):
        run = self._prepare_three()
        run.action_submit()
        with (
            patch.object(type(run), "_issue_chunk", side_effect=ValueError("no disk")),
            mute_logger(WORK),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("client_refund_run.ir_cron_client_refund_run").method_direct_trigger()

        self.env.invalidate_all()
        self.assertTrue(run.paused)
        self.assertIn("no disk", "".join(run.message_ids.mapped("body")))
        self.assertIn("Fix the cause, then choose Resume.", run.activity_ids.note)

    def test_refunds_of_a_run_at_work_are_left_alone(self):
        run = self._prepare_three()
        run.action_submit()
        refund = run.refund_ids[0]
        self.assertEqual((run.state, refund.state), ("issuing", "to_approve"))

        for act in (
            refund.action_submit,
            refund.action_post,
            lambda: refund.action_undo("no"),
            lambda: refund.write({"memo": "other"}),
            lambda: refund.line_ids.write({"amount": 1}),
            lambda: refund.line_ids.unlink(),
            refund.unlink,
            lambda: refund.with_user(self.approver).action_approve(),
            lambda: refund.with_user(self.approver).action_reject("no"),
        ):
            with self.assertRaisesRegex(UserError, "it is part of refund run RR/"):
                act()

    def test_resume_in_the_name_of_who_can(self):
        """Who started the work may not be able to go on with it."""
        run = self._prepare_three()
        with patch(f"{WORK}.CHUNK", 1):
            run.action_undo("test")
            run.action_pause()
        colleague = self._create_user("colleague", "Cora", "account.group_account_invoice")

        run.with_user(colleague).action_resume()
        self.assertEqual(run.worker_id, self.clerk)
        run.with_user(colleague).action_pause()
        self.clerk.sudo().group_ids = self.env.ref("base.group_user")
        run.with_user(colleague).action_resume()

        self.assertEqual(run.worker_id, colleague)
        self._work(run)
        self.assertEqual(run.state, "canceled")

    def _cron(self):
        return self.env.ref("client_refund_run.ir_cron_client_refund_run").sudo()

    def test_killed_three_times_it_goes_on_within_a_minute(self):
        """The scheduler takes a job that was killed three times for failed, and waits for its next regular call."""
        run = self._prepare_three()
        run.action_submit()
        cron = self._cron()
        now = self.env.cr.now()
        cron.nextcall = now - timedelta(minutes=30)
        self.env["ir.cron.progress"].sudo().create({"cron_id": cron.id, "timed_out_counter": 3})
        self.env.flush_all()
        with self.enter_registry_test_mode(), mute_logger("odoo.addons.base.models.ir_cron"):
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((run.state, run.issued_count), ("issuing", 0))
        self.assertTrue(cron.active)
        self.assertLessEqual(cron.nextcall - now, timedelta(minutes=1))
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()

        self.env.invalidate_all()
        self.assertEqual((run.state, run.issued_count), ("done", 3))

    def test_scheduler_does_a_chunk_of_each_run(self):
        runs = self._prepare_three() | self._prepare_three()
        with patch(f"{WORK}.CHUNK", 1), patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1):
            runs.action_undo("test")
            self.env["client.refund.run"].sudo()._cron_work()

        self.assertEqual([run.refund_ids.mapped("state").count("canceled") for run in runs], [1, 1])

    def test_idle(self):
        run = self._prepare_three()
        run.action_submit()
        self.assertEqual((run.state, run.idle_minutes), ("issuing", 0))

        self.env.flush_all()
        for table in ("client_refund", "client_refund_run"):
            self.env.cr.execute(f"UPDATE {table} SET write_date = write_date - INTERVAL '7 minutes'")
        self.env.invalidate_all()
        self.assertEqual(run.idle_minutes, 7)

        with patch(f"{WORK}.CHUNK", 1):
            run.sudo()._process_chunk()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((run.issued_count, run.idle_minutes), (1, 0))

        run.action_pause()
        self.assertEqual(run.idle_minutes, 0)

    def test_what_can_not_be_written_in_the_end_is_done_again(self):
        """Somebody else wrote the run meanwhile: the scheduler goes on with the next one."""
        run = self._prepare_three().sudo()

        with (
            patch.object(type(run), "_process_chunk", return_value=True),
            patch.object(Environment, "flush_all", side_effect=SerializationFailure),
            patch.object(self.env.cr, "rollback") as rollback,
        ):
            self.assertFalse(run._try_chunk())

        rollback.assert_called_once()
