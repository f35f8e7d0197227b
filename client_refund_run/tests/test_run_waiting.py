import re

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.client_refund.tools.workflow import with_workflow

from .common_run_approval import RunApprovalCommon


@tagged("post_install", "-at_install")
class TestRunWaiting(RunApprovalCommon):
    """It is told whether a run will wait for somebody, and while it does, for whom."""

    # What is told before anything waits

    def test_it_says_that_nothing_waits(self):
        self.company.client_refund_approval_amount = 300
        question = self._prepare().get_issue_question()
        self.assertEqual(question, {"message": "Pay out $\xa0300.00? Number of refunds: 3.", "label": "Issue"})

    def test_it_says_who_may_approve(self):
        question = self._prepare().get_issue_question()
        self.assertEqual(question["label"], "Ask for Approval")
        self.assertIn("300.00 is above", question["message"])
        self.assertRegex(question["message"], r"Users who may approve it: .*Paula Partner")
        self.assertNotIn("Claire Clerk", question["message"])

    def test_it_says_that_nobody_may_approve(self):
        self._leave_approvers()
        self.assertIn("nobody else has the right to", self._prepare().get_issue_question()["message"])

    def test_it_knows_of_risks_and_of_what_clients_were_refunded_lately(self):
        self.company.write({"client_refund_approval_amount": 300, "client_refund_split_days": 3650})
        self._refund({self._entry(250, partner=self.client): None})
        run = self._prepare()
        self.assertIn("Some of its refunds need approval.", run.get_issue_question()["message"])
        self.company.client_refund_split_days = 0
        self.assertEqual(run.get_issue_question()["label"], "Issue")

        with_workflow(run.refund_ids[0]).risks = {"untrusted_account": {"account": "BE222"}}
        self.assertIn("1 of its refunds have risks.", run.get_issue_question()["message"])

    def test_it_says_the_same_before_as_after(self):
        for policy in ("always", "above", "risk", "never"):
            with self.subTest(policy):
                self.company.client_refund_approval_policy = policy
                run = self._prepare()
                waits = run.get_issue_question()["label"] != "Issue"
                self._issue(run)
                self.assertEqual(run.state == "to_approve", waits)
                run.action_undo("again")
                self._work(run)

    # Who waits: not what the run has in hand

    def test_what_a_run_has_in_hand_waits_for_nobody(self):
        run = self._prepare()
        self.company.client_refund_approval_amount = 300
        run.action_submit()
        self.assertEqual((run.state, set(run.refund_ids.mapped("state"))), ("issuing", {"to_approve"}))
        self._assert_waiting(run, 0)

    def test_what_waits_with_its_run_waits(self):
        self._assert_waiting(self._submit_run(), 3)

    # What its form says of a refund

    def test_its_form_sends_to_the_run(self):
        """It is the run that is approved: the refund has no button for it, also where none is due any more."""
        run = self._submit_run()
        self.assertEqual(self._get_shown(run.refund_ids[0]), ["approval_due", "waits_in_run"])
        self.company.client_refund_approval_policy = "never"
        self.env.invalidate_all()
        self.assertEqual(self._get_shown(run.refund_ids[0]), ["waits_in_run"])

    def test_its_form_sends_nowhere_else(self):
        run = self._prepare()
        self.assertEqual(self._get_shown(run.refund_ids[0]), ["Refund", "Change", "Discard"])
        alone = self._submit({self._entry(300, partner=self.client): None})
        self.assertEqual(self._get_shown(alone), ["Change", "Withdraw", "approval_due"])

    def test_what_it_holds_is_set_free_by_the_run(self):
        run = self._submit_run()
        credit = self.credits[self.client]
        with self.assertRaisesRegex(UserError, f"or take {run.name} back to review first"):
            self._draft({credit: 10})

    def _get_shown(self, refund):
        """The buttons and the names of the alerts above the form of a refund."""
        form = etree.fromstring(refund.get_view(view_type="form")["arch"])
        nodes = [*form.iterfind("header/button"), *form.iterfind("div[@role='alert']")]
        return [
            node.get("string") or node.get("name")
            for node in nodes
            if not safe_eval(node.get("invisible"), {name: refund[name] for name in self._get_names(node)})
        ]

    def _get_names(self, node):
        return set(re.findall(r"[a-z_]+", node.get("invisible"))) & self.refunds._fields.keys()

    def _assert_waiting(self, run, count):
        refunds = self.env["client.refund"]
        self.env.invalidate_all()
        self.assertEqual(len(run.refund_ids.filtered("is_waiting")), count)
        self.assertEqual(len(run.refund_ids.filtered("is_approval_due")), count)
        self.assertEqual(refunds.search_count([("run_id", "=", run.id), ("is_waiting", "=", True)]), count)
        numbers = self._rpc(self.clerk, refunds, "retrieve_dashboard", context={})
        self.assertEqual(numbers["to_approve"]["count"], count)
