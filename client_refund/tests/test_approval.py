import re

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common_approval import ApprovalCommon


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCommon):
    """Two pairs of eyes: where approval is due, nobody approves what they asked for, by screen or by RPC."""

    def test_waiting_holds_the_credit_and_pays_nothing(self):
        refund = self._submit({self.credit_note: 600})
        self.assertRecordValues(self.credit_note, [{"amount_residual": -1000, "amount_refundable": 400}])
        with self.assertRaisesRegex(UserError, rf"{refund.name} reserves .*600\.00 of it"):
            self._draft({self.credit_note: 500})

    def test_approvers_get_an_activity_and_lose_it_with_the_answer(self):
        refund = self._submit({self.credit_note: None})
        approvers = self._activities(refund).user_id
        self.assertLessEqual(self.approver | self.second_approver, approvers)
        self.assertNotIn(self.clerk, approvers)
        self.assertIn("above", self._activities(refund)[0].note)
        refund.with_user(self.approver).action_approve()
        self.assertFalse(self._activities(refund))

    def test_approve(self):
        before = self._ledger()
        refund = self._submit({self.credit_note: None}, memo="Overpaid")
        refund.with_user(self.approver).action_approve()
        self.assertTrue(refund._is_issued())
        self.assertRecordValues(
            refund,
            [
                {
                    "user_id": self.clerk.id,
                    "approver_id": self.approver.id,
                    "amount": 1000,
                    "balance_before": -1000,
                    "balance_after": 0,
                }
            ],
        )
        self.assertTrue(refund.requested_on and refund.approved_on)
        self.assertEntry(
            refund.payment_ids.move_id,
            [
                (self.outstanding, self.client, -1000, 0, 1000),
                (self.receivable, self.client, 1000, 1000, 0),
            ],
        )
        self.assertPairs(refund, [(self.credit_note, 1000)])
        refund.action_undo("Wrong client")
        after = self._ledger()
        self.assertEqual({item: after[item] for item in before}, before)

    def test_reject(self):
        before = self._ledger()
        refund = self._submit({self.credit_note: None})
        refund.with_user(self.approver).action_reject("Ask the client first")
        self.assertRecordValues(refund, [{"state": "canceled", "cancel_reason": "Ask the client first"}])
        self.assertEqual(self._ledger(), before)
        self.assertEqual(self.credit_note.amount_refundable, 1000)
        self.assertEqual(refund.activity_ids.user_id, self.clerk)
        self.assertEqual(refund.activity_ids.summary, "Refund rejected")
        with self.assertRaisesRegex(UserError, "it is Canceled"):
            refund.with_user(self.approver).action_approve()

    def test_reject_wants_a_reason(self):
        refund = self._submit({self.credit_note: None})
        for reason in ("", "  ", None, 7):
            with self.assertRaisesRegex(UserError, "Enter a reason"):
                refund.with_user(self.approver).action_reject(reason)
        self.assertEqual(refund.state, "to_approve")

    def test_the_dialog_rejects(self):
        refund = self._submit({self.credit_note: None})
        dialog = (
            self.env["client.refund.reject"]
            .with_user(self.approver)
            .with_context(active_model="client.refund", active_ids=refund.ids)
            .create({"reason": "No"})
        )
        dialog.action_reject()
        self.assertEqual(refund.state, "canceled")

    def test_who_asked_may_take_it_back(self):
        refund = self._submit({self.credit_note: None})
        refund.action_undo("Not needed")
        self.assertEqual(refund.state, "canceled")
        self.assertFalse(self._activities(refund))
        self.assertEqual(self.credit_note.amount_refundable, 1000)

    def test_many_at_once(self):
        other_credit = self._credit_note(700, partner=self.other_client)
        refunds = self._submit({self.credit_note: None}) | self._submit(
            {other_credit: None}, partner_id=self.other_client.id
        )
        refunds.with_user(self.approver).action_approve()
        self.assertEqual((self.credit_note | other_credit).mapped("amount_residual"), [0, 0])

    def test_all_or_nothing(self):
        waiting = self._submit({self.credit_note: 600})
        draft = self._draft({self._credit_note(10, partner=self.other_client): None}, partner_id=self.other_client.id)
        with self.assertRaisesRegex(UserError, rf"{draft.name} .*it is Draft"):
            (waiting | draft).with_user(self.approver).action_approve()
        self.assertEqual(waiting.state, "to_approve")

    def test_who_asked_can_not_approve(self):
        refund = self._draft({self.credit_note: None}).with_user(self.approver)
        refund.action_submit()
        with self.assertRaisesRegex(UserError, "you asked for it or changed it"):
            refund.action_approve()
        self.assertFalse(refund.can_approve)
        self.assertTrue(refund.with_user(self.second_approver).can_approve)

    def test_who_prepared_can_not_approve_what_another_submitted(self):
        refund = (
            self.env["client.refund"].with_user(self.approver).create([self._refund_values({self.credit_note: None})])
        )
        refund.with_user(self.clerk).action_submit()
        with self.assertRaisesRegex(UserError, "you asked for it or changed it"):
            refund.with_user(self.approver).action_approve()

    def test_who_changes_a_waiting_refund_becomes_who_asked(self):
        account = self._bank_account("BE111")
        refund = self._submit({self.credit_note: None})
        refund.with_user(self.approver).write({"partner_bank_id": account.id})
        self.assertRecordValues(refund, [{"state": "to_approve", "user_id": self.approver.id}])
        self.assertNotIn(self.approver, self._activities(refund).user_id)
        for user in (self.approver, self.clerk):
            with self.assertRaises(UserError):
                refund.with_user(user).action_approve()
        refund.with_user(self.second_approver).action_approve()
        self.assertEqual(refund.payment_ids.partner_bank_id, account)

    def test_who_changes_a_line_of_a_waiting_refund_becomes_who_asked(self):
        for change in (
            lambda refund: refund.line_ids[0].write({"amount": 900}),
            lambda refund: refund.line_ids[0].unlink(),
            lambda refund: refund.line_ids.create(
                {"refund_id": refund.id, "move_line_id": self._credit_note(20).id, "amount": 20}
            ),
            lambda refund: refund.offset_ids.create(
                {"refund_id": refund.id, "move_line_id": self._invoice(20).id, "amount": 20}
            ),
        ):
            refund = self._submit({self._credit_note(1000): None, self._credit_note(600): None})
            change(refund.with_user(self.approver))
            self.assertRecordValues(refund, [{"state": "to_approve", "user_id": self.approver.id}])
            self.assertNotIn(self.approver, self._activities(refund).user_id)
            self.assertIn(self.second_approver, self._activities(refund).user_id)
            with self.assertRaisesRegex(UserError, "you asked for it or changed it"):
                refund.with_user(self.approver).action_approve()
            refund.action_undo("Next")

    def test_a_credit_made_small_over_rpc_still_waits(self):
        """As small a change in the wizard does."""
        refund = self._submit({self.credit_note: 600})
        self._rpc(self.clerk, refund.line_ids, "write", {"amount": 10})
        self.assertRecordValues(
            refund, [{"state": "to_approve", "approval_reason": "It was changed while it waited for approval."}]
        )
        with self.assertRaisesRegex(UserError, "it already waits for approval"):
            self._rpc(self.clerk, refund, "action_submit")

    def test_without_any_credit_it_waits_for_nothing(self):
        refund = self._submit({self.credit_note: 600})
        refund.line_ids.unlink()
        self.assertEqual(refund.state, "draft")
        self.assertFalse(self._activities(refund))

    def test_where_no_approval_is_wanted_any_more_who_asked_pays(self):
        refund = self._submit({self.credit_note: 600})
        self.assertTrue(refund.is_approval_due)
        self.company.client_refund_approval_policy = "never"
        refund.invalidate_recordset(["is_approval_due"])
        self.assertFalse(refund.is_approval_due)
        [button] = etree.fromstring(refund.get_view(view_type="form")["arch"]).xpath("//button[@name='action_submit']")
        # an addon may add fields of its own
        names = refund._fields.keys() & set(re.findall(r"\w+", button.get("invisible")))
        self.assertFalse(safe_eval(button.get("invisible"), {name: refund[name] for name in names}))
        refund.action_submit()
        self.assertTrue(refund._is_issued())
        self.assertFalse(self._activities(refund))

    def test_made_small_it_still_waits(self):
        refund = self._submit({self.credit_note: 600})
        refund.write({"line_ids": [Command.update(refund.line_ids.id, {"amount": 10})]})
        self.assertRecordValues(
            refund, [{"state": "to_approve", "approval_reason": "It was changed while it waited for approval."}]
        )

    def test_a_clerk_can_neither_approve_nor_reject(self):
        other_clerk = self._create_user("refund_clerk_2", "Carl Clerk", "account.group_account_invoice")
        refund = self._submit({self.credit_note: None}).with_user(other_clerk)
        with self.assertRaisesRegex(AccessError, "may not approve or reject"):
            refund.action_approve()
        with self.assertRaisesRegex(AccessError, "may not approve or reject"):
            refund.action_reject("No")
        self.assertEqual(refund.state, "to_approve")

    def test_posting_directly_is_no_way_round(self):
        draft = self._draft({self.credit_note: None})
        waiting = self._submit(
            {self._credit_note(600, partner=self.other_client): None}, partner_id=self.other_client.id
        )
        for refund, refusal in (
            (draft, "it needs approval. Ask for it first"),
            (waiting, "it already waits for approval"),
        ):
            for user in (self.clerk, self.approver):
                with self.assertRaisesRegex(UserError, refusal):
                    refund.with_user(user).action_post()
        self.assertFalse((draft | waiting).payment_ids)

    def test_made_small_while_it_waits_it_is_not_posted_directly(self):
        waiting = self._submit({self.credit_note: None})
        waiting.write({"line_ids": [Command.update(waiting.line_ids.id, {"amount": 1})]})
        self.assertEqual(waiting.state, "to_approve")
        with self.assertRaisesRegex(UserError, "it already waits for approval"):
            waiting.action_post()

    def test_programs_wait_too(self):
        refund_id = self.refunds.create_refund({"partner_id": self.client.id})
        self.assertEqual(self.refunds.browse(refund_id).state, "to_approve")

    def test_the_wizard_waits_too(self):
        wizard = self.wizards.create({"partner_id": self.client.id})
        self.assertTrue(wizard.needs_approval)
        self.assertIn("Somebody else must approve", wizard.alerts["approval"]["message"])
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertEqual(refund.state, "to_approve")

    def test_fields_of_control_are_closed_over_rpc(self):
        refund = self._submit({self.credit_note: 600})
        for values in (
            {"state": "in_process"},
            {"state": "draft"},
            {"approver_id": self.approver.id},
            {"user_id": self.approver.id},
            {"contributor_ids": [Command.clear()]},
            {"approval_reason": False},
            {"risks": {}},
            {"payee_account_number": "BE1"},
            {"requested_on": "2020-01-01 00:00:00"},
            {"balance_after": 0},
            {"returned_on": "2024-01-01"},
        ):
            for user in (self.clerk, self.approver):
                with self.assertRaisesRegex(UserError, "can't be set directly"), self.env.cr.savepoint():
                    self._rpc(user, refund, "write", values)
                with self.assertRaisesRegex(UserError, "can't be set directly"), self.env.cr.savepoint():
                    self._rpc(
                        user,
                        self.refunds.browse(),
                        "create",
                        [{**self._refund_values({self.credit_note: 1}), **values}],
                    )
        self.assertEqual(refund.state, "to_approve")

    def test_rpc_as_the_clerk(self):
        """What a clerk may ask for over RPC, and what not."""
        [refund_id] = self._rpc(
            self.clerk, self.refunds.browse(), "create", [self._refund_values({self.credit_note: 600})]
        )
        refund = self.refunds.browse(refund_id)
        self.assertIs(self._rpc(self.clerk, refund, "action_submit"), True)
        for method in ("action_post", "action_approve"):
            with self.assertRaises(UserError):
                self._rpc(self.clerk, refund, method)
        with self.assertRaises(AccessError):
            self._rpc(self.clerk, refund, "_issue")
        context = {"client_refund_workflow": True, "default_state": "in_process"}
        with self.assertRaises(UserError):
            self._rpc(self.clerk, refund, "action_approve", context=context)
        self.assertIs(self._rpc(self.approver, refund, "action_approve"), True)
        self.assertTrue(refund._is_issued())
        with self.assertRaisesRegex(UserError, "can't be changed any more"):
            self._rpc(self.clerk, refund.line_ids, "write", {"amount": 1})
        with self.assertRaisesRegex(UserError, "can't be changed any more"):
            self._rpc(self.clerk, refund, "write", {"partner_bank_id": False})

    def test_the_account_is_looked_at_again_when_it_is_approved(self):
        """The number could be changed between request and approval."""
        account = self._bank_account("BE111")
        refund = self._submit({self.credit_note: None}, partner_bank_id=account.id)
        account.sudo().write({"allow_out_payment": False})
        account.sudo().write({"acc_number": "BE999"})
        with self.assertRaisesRegex(UserError, "(?s)not marked as trusted.*changed from BE111 to BE999"):
            refund.with_user(self.approver).action_approve()
        refund.action_submit()
        refund.with_user(self.approver).action_approve()
        self.assertTrue(refund._is_issued())

    def test_an_account_that_is_only_written_otherwise_is_the_same(self):
        account = self._bank_account("BE111")
        refund = self._submit({self.credit_note: None}, partner_bank_id=account.id)
        account.sudo().write({"acc_number": "BE 111"})
        with self.assertRaisesRegex(UserError, "already waits for approval"), self.env.cr.savepoint():
            refund.action_submit()
        refund.with_user(self.approver).action_approve()
        self.assertTrue(refund._is_issued())

    def test_what_was_paid_meanwhile_is_found_when_it_is_approved(self):
        refund = self._submit({self.credit_note: 600})
        invoice = self._invoice(700)
        (invoice | self.credit_note).reconcile()
        with self.assertRaisesRegex(UserError, r"only .*300\.00 is open"):
            refund.with_user(self.approver).action_approve()
        self.assertEqual(refund.state, "to_approve")
        self.assertFalse(refund.approver_id)
