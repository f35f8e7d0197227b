from lxml import etree
from psycopg2.errors import ForeignKeyViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from odoo.addons.client_refund.tools.workflow import with_workflow

from .common_run_approval import RunApprovalCommon

WORK = "odoo.addons.client_refund_run.models.client_refund_run_work"


@tagged("post_install", "-at_install")
class TestRunApproval(RunApprovalCommon):
    """A run is one amount to approve, with every risk of its refunds."""

    def test_many_small_refunds_are_one_large_amount(self):
        run = self._submit_run()

        self.assertEqual(run.state, "to_approve")
        self.assertEqual(set(run.refund_ids.mapped("state")), {"to_approve"})
        self.assertEqual(run.approval_reason, "$\xa0300.00 is above $\xa0250.00: a run counts as one amount.")
        self.assertFalse(run.refund_ids.payment_ids)
        self.assertIn(self.approver, self._asked(run))
        self.assertNotIn(self.clerk, self._asked(run))
        self.assertFalse(run.refund_ids.activity_ids, "one activity for the run, not one for each refund")

    def test_its_refunds_offer_nothing_that_is_refused(self):
        """What waits in a run is approved, changed and withdrawn with the run."""
        refund = self._submit_run().refund_ids[0].with_user(self.approver)
        buttons = etree.fromstring(refund.get_view(view_type="form")["arch"]).findall("header//button")
        values = refund.read()[0]

        self.assertEqual(
            [button.get("string") for button in buttons if not safe_eval(button.get("invisible"), dict(values))], []
        )

    def test_below_the_amount(self):
        self.company.client_refund_approval_amount = 300

        self._assert_issued(self._submit_run(), self.env["res.users"])

    def test_always(self):
        self.company.client_refund_approval_policy = "always"

        self.assertEqual(self._submit_run().approval_reason, "Every refund needs approval.")

    def test_never(self):
        """Risks are counted, and nobody is waited for."""
        self.company.client_refund_approval_policy = "never"
        self._bank_account("BE222", trusted=False)
        self._bank_receipt(50, account_number="BE222")
        run = self._submit_run()

        self.assertEqual((run.state, run.approval_reason, run.risk_count), ("done", "", 1))
        self.assertEqual(list(self._by_client(run)[self.client].risks), ["untrusted_account"])

    def test_risks(self):
        self.company.write({"client_refund_approval_policy": "risk", "client_refund_bank_change_days": 30})
        self._bank_account("BE222")

        run = self._prepare()
        self.assertEqual(run.risk_count, 1, "seen before it is submitted")
        run.action_submit()
        self._work(run)

        self.assertEqual(run.state, "to_approve")
        self.assertEqual(run.approval_reason, "1 of its refunds have risks. Look at them.")
        self.assertIn("BE222", self._by_client(run)[self.client].risk_summary)

    def test_risks_let_nothing_wait_where_the_firm_wants_no_approval(self):
        self.company.write({"client_refund_approval_policy": "never", "client_refund_bank_change_days": 30})
        self._bank_account("BE222")

        run = self._submit_run()

        self._assert_issued(run, self.env["res.users"])
        self.assertEqual((run.approval_reason, run.risk_count), ("", 1))

    def test_approve(self):
        run = self._submit_run()

        run.with_user(self.approver).action_approve()
        self._work(run)

        self._assert_issued(run, self.approver)
        self.assertFalse(self._asked(run))
        self.assertEqual(run.refund_ids.payment_ids.create_uid, self.approver, "with the rights of who approved")

    def test_who_asked_hears_of_an_approval(self):
        run = self._submit_run()
        run.with_user(self.approver).action_approve()
        messages = self.env["mail.message"].sudo()  # hers, not the test's
        mail = messages.search(
            [("message_type", "=", "user_notification"), ("partner_ids", "in", self.clerk.partner_id.ids)]
        )
        self.assertEqual(mail.subject, f"Paula Partner approved: {run.name}")
        self.assertIn(f"/odoo/client.refund.run/{run.id}", mail.body)
        self.assertIn("300.00 in 3 refunds, asked for by Claire Clerk", mail.body)

    def test_nobody_approves_the_own_run(self):
        self.clerk.group_ids += self.env.ref("client_refund.group_client_refund_approve")
        run = self._submit_run()

        self.assertFalse(run.can_approve)
        with self.assertRaisesRegex(UserError, "you asked for it or changed it"):
            run.action_approve()

    def test_nobody_approves_a_run_with_a_refund_that_they_changed(self):
        run = self._prepare()
        run.refund_ids[0].with_user(self.approver).memo = "Changed by Paula"
        run.action_submit()
        self._work(run)

        self.assertFalse(run.with_user(self.approver).can_approve)
        with self.assertRaisesRegex(UserError, "you asked for it or changed it"):
            run.with_user(self.approver).action_approve()

    def test_approval_needs_the_right(self):
        run = self._submit_run()

        with self.assertRaisesRegex(AccessError, "You may not approve"):
            self._rpc(self._create_user("clerk_2", "Carl", "account.group_account_invoice"), run, "action_approve")

    def test_limit_counts_the_whole_run(self):
        self.env["client.refund.approval.limit"].create(
            {"user_id": self.approver.id, "company_id": self.company.id, "amount": 299.99}
        )
        run = self._submit_run()

        self.assertNotIn(self.approver, self._asked(run))
        with self.assertRaisesRegex(UserError, "it is .*300.00, and you may approve up to .*299.99"):
            run.with_user(self.approver).action_approve()

    def test_limit_counts_what_clients_were_refunded_lately(self):
        """At 400, Paula may approve the run of 300; but Alder gets 400 with what she was refunded before."""
        self.company.client_refund_approval_policy = "never"
        self._refund({self._entry(350): None})
        self.company.client_refund_approval_policy = "always"
        self.env["client.refund.approval.limit"].create(
            {"user_id": self.approver.id, "company_id": self.company.id, "amount": 400}
        )
        run = self._submit_run()

        run.with_user(self.approver).action_approve()
        self._work(run)

        failed = self._by_client(run)[self.client]
        self.assertEqual((run.state, run.issued_count, failed.state), ("errors", 2, "draft"))
        self.assertIn("Somebody with a higher limit must approve it", failed.run_error)

    def test_approver_who_entered_a_payee_account(self):
        self.company.client_refund_bank_change_days = 30
        self._bank_account("BE333").sudo().client_refund_changed_by_id = self.approver
        run = self._submit_run()

        with self.assertRaisesRegex(UserError, "you recently entered the payee accounts of CR/"):
            run.with_user(self.approver).action_approve()

    def test_what_comes_to_light_after_approval(self):
        """Two pairs of eyes saw another payee account than the one that would get the money."""
        account = self._bank_account("BE444")
        run = self._submit_run()
        run.with_user(self.approver).action_approve()
        self.env.cr.execute(
            "UPDATE res_partner_bank SET acc_number = 'BE999', sanitized_acc_number = 'BE999' WHERE id = %s",
            [account.id],
        )
        self.env.invalidate_all()

        self._work(run)

        failed = self._by_client(run)[self.client]
        self.assertEqual((run.state, run.issued_count), ("errors", 2))
        self.assertIn("The number of the payee account was changed from BE444 to BE999", failed.run_error)

    def test_what_needs_approval_only_after_it_was_asked_for(self):
        self.company.client_refund_approval_amount = 1000
        run = self._prepare()
        run.action_submit()
        self.assertEqual(run.state, "issuing")
        self.company.client_refund_approval_amount = 250

        with self.assertRaisesRegex(UserError, "needs approval: .*300.00 is above .*250.00"):
            self._work(run)
        self.assertIn("Choose Back to Review, then Issue", run._get_way_out())

        self.assertFalse(run.issued_count)

    def test_refund_that_needs_approval_only_after_it_was_asked_for(self):
        self.company.write({"client_refund_approval_policy": "risk", "client_refund_bank_change_days": 30})
        run = self._prepare()
        run.action_submit()
        self._bank_account("BE555")
        with_workflow(self._by_client(run)[self.client].sudo()).partner_bank_id = self.client.bank_ids

        self._work(run)

        failed = self._by_client(run)[self.client]
        self.assertEqual((run.state, run.issued_count), ("errors", 2))
        self.assertRegex(failed.run_error, "it now needs approval: .* Choose Retry")

    def test_retry_counts_what_is_left(self):
        """200 of 300 first, since one refund is of a locked period; then the rest."""
        run = self._prepare()
        late = self._by_client(run)[self.client]
        late.date = "2023-12-31"
        self.company.sudo().fiscalyear_lock_date = "2023-12-31"
        self._issue(run)
        self.assertEqual((run.state, run.amount_issued), ("errors", 200))

        late.date = "2024-04-01"
        self._issue(run)

        self._assert_issued(run, self.env["res.users"])

    def test_rates_are_those_of_the_approval(self):
        """100 euros are 50 when the run is prepared and 300 when it is submitted."""
        euro = self.setup_other_currency("EUR", rates=[("2024-04-01", 2.0)])
        for client, credit in self.credits.items():
            self._draft({credit: None}, partner_id=client.id)
        self._credit_note(100, currency=euro)
        run = self._prepare()
        self.assertEqual(run.amount, 50)
        euro.rate_ids.filtered(lambda rate: str(rate.name) == "2024-04-01").rate = 1 / 3

        self._issue(run)

        self.assertEqual(run.state, "to_approve")
        self.assertIn("300.00 is above", run.approval_reason)

    def test_a_rate_of_long_ago_lets_no_run_pass(self):
        """100 euros are 50 at the run's date and 300 today: a run counts as a single refund does."""
        euro = self.setup_other_currency("EUR", rates=[("2024-04-01", 2.0), ("2024-05-01", 1 / 3)])
        for client, credit in self.credits.items():
            self._draft({credit: None}, partner_id=client.id)
        self._credit_note(100, currency=euro)
        run = self._prepare()
        self.assertEqual((run.amount, run.refund_ids._get_amount_company_currency()), (50, 300))

        self.assertIn("300.00 is above", run.get_issue_question()["message"])
        self.assertIn("300.00 is above", self._issue(run).approval_reason)

    def test_total_is_what_the_approval_takes(self):
        """A euro is a third of a dollar: each of 0.05 euros is 0.02 dollars, all three together are 0.05."""
        euro = self.setup_other_currency("EUR", rounding=0.01, rates=[("2024-01-01", 3.0)])
        self.company.client_refund_approval_policy = "always"
        credits = self.env["account.move.line"].union(
            *(self._credit_note(0.05, currency=euro, partner=client) for client in self.clients)
        )
        run = self._submit_run(move_line_ids=[Command.set(credits.ids)])

        self.assertEqual(run.amount, 0.06)
        self.assertIn("0.06 in 3 refunds", run.activity_ids[0].summary)

    def test_where_no_approval_is_wanted_any_more(self):
        run = self._submit_run()
        self.assertTrue(run.is_approval_due)
        self.company.client_refund_approval_policy = "never"
        run.invalidate_recordset(["is_approval_due"])
        self.assertFalse(run.is_approval_due)
        run.action_review()

        self._assert_issued(self._issue(run), self.env["res.users"])

    def test_who_had_a_hand_in_the_run_approves_none_of_its_refunds(self):
        self.company.client_refund_approval_policy = "always"
        run = self._create_run()
        run.with_user(self.approver).action_prepare()
        refund = run.refund_ids[0]
        with_workflow(refund.sudo()).contributor_ids = self.clerk
        refund.with_user(self.clerk).action_submit()

        self.assertFalse(refund.with_user(self.approver).can_approve)
        with self.assertRaisesRegex(UserError, "you asked for it or changed it"):
            refund.with_user(self.approver).action_approve()

    def test_a_refund_that_joins_is_a_draft(self):
        """What waited on its own is not issued by an approval of the run."""
        self.company.client_refund_approval_policy = "always"
        credit = self._entry(40)
        run = self._prepare(move_line_ids=[Command.set(self.credits[self.client].ids)])
        waiting = self._submit({credit: None})
        self.assertEqual(waiting.state, "to_approve")

        waiting._join_run(run)

        self.assertEqual((waiting.state, waiting.run_id), ("draft", run))
        self.assertFalse(waiting.activity_ids)

    def test_approver_and_worker_stay(self):
        run = self._submit_run()
        run.with_user(self.approver).action_approve()

        with self.assertRaises(ForeignKeyViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.approver.unlink()

    def test_who_is_no_user_any_more_pays_nothing(self):
        run = self._submit_run()
        run.with_user(self.approver).action_approve()
        self.approver.active = False

        with self.enter_registry_test_mode(), mute_logger(WORK):
            self.env.ref("client_refund_run.ir_cron_client_refund_run").sudo().method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(run.paused)
        self.assertIn("Paula Partner, who started this, is not an active user any more.", run.activity_ids.note)
        self.assertIn("Choose Back to Review, then Issue", run.activity_ids.note)
        self.assertNotIn("Resume", run.activity_ids.note)

        run.action_resume()
        with self.assertRaisesRegex(UserError, "is not an active user any more"):
            self._work(run)

        run.action_pause()
        run.action_review()
        self.assertEqual((run.state, run.issued_count), ("prepared", 0))

    def test_reject(self):
        run = self._submit_run()

        with self.assertRaisesRegex(UserError, "Enter a reason"):
            run.with_user(self.approver).action_reject(" ")
        run.with_user(self.approver).action_reject("Wrong month")

        self.assertEqual(run.state, "prepared")
        self.assertEqual(set(run.refund_ids.mapped("state")), {"draft"})
        self.assertEqual(run.activity_ids.user_id, self.clerk)
        self.assertIn("Wrong month", run.activity_ids.note)
        self.assertEqual(self.credits[self.client].amount_refundable, 0, "still held")

    def test_a_waiting_run_can_not_be_changed(self):
        run = self._submit_run()

        with self.assertRaisesRegex(UserError, "Take the run back to review first"):
            run.refund_ids[0].memo = "Other"
        with self.assertRaisesRegex(UserError, "This is possible only in: Review, Done with Errors"):
            run.action_add_client()

        run.action_review()
        run.refund_ids[0].memo = "Other"
        self.assertEqual((run.state, run.refund_ids[0].state), ("prepared", "draft"))
        self.assertFalse(self._asked(run))
