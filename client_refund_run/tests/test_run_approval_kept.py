from unittest.mock import patch

from odoo.tests import tagged

from .common_run_approval import RunApprovalCommon

WORK = "odoo.addons.client_refund_run.models.client_refund_run_work"


@tagged("post_install", "-at_install")
class TestRunApprovalKept(RunApprovalCommon):
    """An approval stays good while nothing changes; Pause and Resume are no hand in it."""

    def _take_back_approved_run(self):
        run = self._submit_run()
        run.with_user(self.approver).action_approve()
        run.action_pause()
        run.action_review()
        return run

    def _fail_approved_run(self):
        """A run that was approved: one client is blocked meanwhile, the others are paid."""
        run = self._submit_run()
        run.with_user(self.approver).action_approve()
        self.client.sudo().write({"client_refund_blocked": True, "client_refund_block_reason": "Court order"})
        self._work(run)
        self.assertEqual((run.state, run.issued_count), ("errors", 2))
        self.client.sudo().client_refund_blocked = False
        return run

    def test_taken_back_unchanged(self):
        run = self._take_back_approved_run()

        self._assert_issued(self._issue(run), self.approver)
        self.assertEqual(run.refund_ids.payment_ids.create_uid, self.approver)

    def test_taken_back_and_changed(self):
        run = self._take_back_approved_run()
        run.refund_ids[0].memo = "Other"

        self._issue(run)

        self.assertRecordValues(run, [{"state": "to_approve", "approver_id": False, "issued_count": 0}])
        self.assertFalse(run.refund_ids.approver_id)
        self.assertIn(self.approver, self._asked(run))

    def test_taken_back_and_an_amount_changed(self):
        run = self._take_back_approved_run()
        run.refund_ids[0].line_ids.amount = 99

        self._issue(run)

        self.assertRecordValues(run, [{"state": "to_approve", "approver_id": False, "issued_count": 0}])

    def test_taken_back_and_one_left_out(self):
        run = self._take_back_approved_run()
        out = self._by_client(run)[self.client]
        out.action_undo("not now")

        self._issue(run)

        self.assertRecordValues(run, [{"state": "done", "approver_id": self.approver.id, "issued_count": 2}])
        self.assertFalse(out.payment_ids)

    def test_taken_back_and_one_more(self):
        run = self._take_back_approved_run()
        more = self._draft({self._entry(40): None})
        more._join_run(run)

        self._issue(run)

        self.assertRecordValues(run, [{"state": "to_approve", "approver_id": False, "issued_count": 0}])

    def test_retry_of_what_was_approved(self):
        self._assert_issued(self._issue(self._fail_approved_run()), self.approver)

    def test_retry_by_the_approver(self):
        run = self._fail_approved_run()

        run.with_user(self.approver).action_submit()
        self._work(run)

        self._assert_issued(run, self.approver)
        self.assertEqual(run.user_id, self.clerk, "who asked for it")

    def test_retry_of_what_was_changed(self):
        self.company.client_refund_approval_amount = 50
        run = self._fail_approved_run()
        failed = self._by_client(run)[self.client]
        failed.memo = "Other"

        self._issue(run)

        self.assertEqual((run.state, failed.state, failed.payment_ids.ids), ("to_approve", "to_approve", []))
        self.assertIn("100.00 is above", run.approval_reason)

    def test_retry_of_what_nobody_approved(self):
        """It failed before the others were approved."""
        self.company.client_refund_approval_policy = "always"
        run = self._prepare()
        self.client.sudo().write({"client_refund_blocked": True, "client_refund_block_reason": "Court order"})
        self._issue(run)
        run.with_user(self.approver).action_approve()
        self._work(run)
        self.client.sudo().client_refund_blocked = False

        self._issue(run)

        self.assertEqual((run.state, run.issued_count), ("to_approve", 2))

    def test_retry_of_what_is_not_any_more_what_was_approved(self):
        self.company.client_refund_approval_policy = "always"
        account = self._bank_account("BE444")
        run = self._fail_approved_run()
        self.env.cr.execute(
            "UPDATE res_partner_bank SET acc_number = 'BE999', sanitized_acc_number = 'BE999' WHERE id = %s",
            [account.id],
        )
        self.env.invalidate_all()

        self._issue(run)

        self.assertEqual((run.state, run.issued_count), ("to_approve", 2))

    def test_retry_where_the_approver_may_not_approve_any_more(self):
        self.company.client_refund_approval_policy = "always"
        run = self._fail_approved_run()
        self.approver.group_ids -= self.env.ref("client_refund.group_client_refund_approve")

        self._issue(run)

        self.assertEqual((run.state, run.issued_count), ("to_approve", 2))

    def test_approver_pauses_and_resumes(self):
        run = self._submit_run().with_user(self.approver)
        run.action_approve()
        with patch(f"{WORK}.CHUNK", 1):
            run.sudo()._process_chunk()
            run.action_pause()
            run.action_resume()
            self._work(run)

        self._assert_issued(run, self.approver)

    def test_who_pauses_and_resumes_may_approve(self):
        run = self._create_run()
        with patch(f"{WORK}.CHUNK", 1):
            for act, state in ((run.action_prepare, "preparing"), (run.action_submit, "checking")):
                act()
                self.assertEqual(run.state, state)
                run.with_user(self.approver).action_pause()
                run.with_user(self.approver).action_resume()
                self._work(run)

        run.with_user(self.approver).action_approve()
        self._work(run)

        self._assert_issued(run, self.approver)
