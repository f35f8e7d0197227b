from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestApproval(ClientRefundCommon):
    """Two pairs of eyes: where approval is due, nobody approves what they asked for, by screen or by RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"client_refund_approval_policy": "above", "client_refund_approval_amount": 500})
        cls.credit_note = cls._credit_note(1000)
        cls.second_approver = cls._create_user(
            "refund_approver_2", "Peter Partner", "client_refund.group_client_refund_approve"
        )

    def _set_limit(self, user, amount):
        return self.env["client.refund.approval.limit"].create(
            {"user_id": user.id, "company_id": self.company.id, "amount": amount}
        )

    def _activities(self, refund):
        return refund.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref("client_refund.mail_activity_approval")
        )

    # ------------------------------------------------------------------
    # When approval is due
    # ------------------------------------------------------------------

    def test_never(self):
        self.company.client_refund_approval_policy = "never"
        refund = self._submit({self.credit_note: None})
        self.assertTrue(refund._is_issued())
        self.assertRecordValues(
            refund, [{"user_id": self.clerk.id, "approver_id": False, "approval_reason": "", "risk_summary": ""}]
        )

    def test_always(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._submit({self.credit_note: 1})
        self.assertRecordValues(refund, [{"state": "to_approve", "approval_reason": "Every refund needs approval."}])
        self.assertFalse(refund.payment_ids)

    def test_above_an_amount(self):
        at_limit = self._submit({self.credit_note: 500})
        self.assertTrue(at_limit._is_issued())
        above = self._submit({self._credit_note(501, partner=self.other_client): None}, partner_id=self.other_client.id)
        self.assertEqual(above.state, "to_approve")
        self.assertRegex(above.approval_reason, r"501\.00 is above .*500\.00")

    def test_amount_is_converted_at_the_date_of_the_refund(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 0.5), ("2024-05-01", 0.25)])
        credit_note = self._credit_note(400, currency=foreign)
        april = self._submit({credit_note: 200}, date="2024-04-01")  # 400 in company currency
        self.assertTrue(april._is_issued())
        self.company.client_refund_split_days = 0
        may = self._submit({credit_note: 200}, date="2024-05-02")  # 800
        self.assertEqual(may.state, "to_approve")

    def test_an_amount_can_not_be_split_below_the_limit(self):
        self.assertTrue(self._submit({self.credit_note: 300})._is_issued())
        second = self._submit({self.credit_note: 300})
        self.assertEqual(second.state, "to_approve")
        self.assertRegex(second.approval_reason, r"600\.00 is above .*500\.00, counting .* within 30 days")

    def test_dates_far_apart_are_no_way_to_split(self):
        """The date is what the clerk types; when the refund was made is not."""
        self.assertTrue(self._submit({self.credit_note: 300}, date="2024-04-01")._is_issued())
        self.assertEqual(self._submit({self.credit_note: 300}, date="2024-12-01").state, "to_approve")

    def test_after_the_days_a_refund_does_not_count_any_more(self):
        first = self._submit({self.credit_note: 300}, date="2024-04-01")
        self._set_create_date(first, days_ago=31)
        later, too_early = self._draft({self.credit_note: 300}), self._draft({self.credit_note: 300})
        later.date, too_early.date = "2024-05-02", "2024-05-01"
        later.action_submit()
        self.assertTrue(later._is_issued())
        too_early.action_submit()
        self.assertEqual(too_early.state, "to_approve")

    def _set_create_date(self, refund, days_ago):
        refund.flush_recordset()
        self.env.cr.execute(
            "UPDATE client_refund SET create_date = %(date)s, requested_on = %(date)s WHERE id = %(id)s",
            {"date": fields.Datetime.now() - timedelta(days=days_ago), "id": refund.id},
        )
        refund.invalidate_recordset()

    def test_refunds_asked_for_in_one_call_count_together(self):
        drafts = self._draft({self.credit_note: 300}) | self._draft({self.credit_note: 300})
        drafts.action_submit()
        self.assertEqual(drafts.mapped("state"), ["to_approve", "to_approve"])

    def test_canceled_refunds_do_not_count(self):
        self._submit({self.credit_note: 300}).action_undo("Wrong amount")
        self.assertTrue(self._submit({self.credit_note: 400})._is_issued())

    def test_contacts_count_with_their_client(self):
        contact = self.env["res.partner"].create({"name": "Accounts", "parent_id": self.client.id})
        self.assertTrue(self._submit({self.credit_note: 300}, partner_id=contact.id)._is_issued())
        self.assertEqual(self._submit({self.credit_note: 300}).state, "to_approve")

    # ------------------------------------------------------------------
    # Asking and answering
    # ------------------------------------------------------------------

    def test_waiting_holds_the_credit_and_pays_nothing(self):
        refund = self._submit({self.credit_note: 600})
        self.assertRecordValues(self.credit_note, [{"amount_residual": -1000, "amount_refundable": 400}])
        with self.assertRaisesRegex(UserError, rf"{refund.name} holds .*600\.00 of it"):
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
            with self.assertRaisesRegex(UserError, "Say why"):
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

    # ------------------------------------------------------------------
    # Nobody gets round it
    # ------------------------------------------------------------------

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

    def test_who_changes_a_line_of_a_waiting_refund_takes_it_back(self):
        for change in (
            lambda refund: refund.line_ids.write({"amount": 900}),
            lambda refund: refund.line_ids.create(
                {"refund_id": refund.id, "move_line_id": self._credit_note(20).id, "amount": 20}
            ),
            lambda refund: refund.offset_ids.create(
                {"refund_id": refund.id, "move_line_id": self._invoice(20).id, "amount": 20}
            ),
        ):
            refund = self._submit({self._credit_note(1000): None})
            change(refund.with_user(self.approver))
            self.assertEqual(refund.state, "draft")
            self.assertFalse(self._activities(refund))
            refund.with_user(self.clerk).action_submit()
            with self.assertRaisesRegex(UserError, "you asked for it or changed it"):
                refund.with_user(self.approver).action_approve()
            refund.action_undo("Next")

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
            (waiting, "it waits for approval already"),
        ):
            for user in (self.clerk, self.approver):
                with self.assertRaisesRegex(UserError, refusal):
                    refund.with_user(user).action_post()
        self.assertFalse((draft | waiting).payment_ids)

    def test_made_small_while_it_waits_it_is_not_posted_directly(self):
        waiting = self._submit({self.credit_note: None})
        waiting.write({"line_ids": [Command.update(waiting.line_ids.id, {"amount": 1})]})
        self.assertEqual(waiting.state, "to_approve")
        with self.assertRaisesRegex(UserError, "it waits for approval already"):
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

    def test_what_was_paid_meanwhile_is_found_when_it_is_approved(self):
        refund = self._submit({self.credit_note: 600})
        invoice = self._invoice(700)
        (invoice | self.credit_note).reconcile()
        with self.assertRaisesRegex(UserError, r"only .*300\.00 is open"):
            refund.with_user(self.approver).action_approve()
        self.assertEqual(refund.state, "to_approve")
        self.assertFalse(refund.approver_id)

    # ------------------------------------------------------------------
    # Limits of approvers
    # ------------------------------------------------------------------

    def test_approval_limit(self):
        self._set_limit(self.approver, 800)
        refund = self._submit({self.credit_note: None})
        self.assertNotIn(self.approver, self._activities(refund).user_id)
        with self.assertRaisesRegex(UserError, r"1,000\.00, and you may approve up to .*800\.00"):
            refund.with_user(self.approver).action_approve()
        refund.with_user(self.second_approver).action_approve()
        self.assertTrue(refund._is_issued())

    def test_approval_limit_counts_what_was_refunded_lately(self):
        self._set_limit(self.approver, 800)
        self._submit({self.credit_note: 500})
        refund = self._submit({self.credit_note: 500})
        with self.assertRaisesRegex(UserError, "you may approve up to"):
            refund.with_user(self.approver).action_approve()

    def test_only_an_administrator_sets_limits_and_not_for_himself(self):
        administrator = self._create_user("refund_admin", "Ada Admin", "client_refund.group_client_refund_administer")
        limits = self.env["client.refund.approval.limit"].with_user(administrator)
        values = {"user_id": self.approver.id, "company_id": self.company.id, "amount": 800}
        limit = limits.create(values)
        for user in (self.clerk, self.approver):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._rpc(user, limit, "write", {"amount": 9999})
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._rpc(user, limit, "unlink")
        with self.assertRaisesRegex(AccessError, "own approval limit"), self.env.cr.savepoint():
            limits.create({**values, "user_id": administrator.id})
        with self.assertRaisesRegex(AccessError, "own approval limit"), self.env.cr.savepoint():
            limit.write({"user_id": administrator.id})
        own = self._set_limit(administrator, 10).with_user(administrator)
        for act in (lambda: own.write({"amount": 9999}), own.unlink, lambda: own.write({"user_id": self.approver.id})):
            with self.assertRaisesRegex(AccessError, "own approval limit"), self.env.cr.savepoint():
                act()

    def test_nobody_else_may_approve(self):
        """A firm with one approver who asks: the refund waits, and says so."""
        group = self.env.ref("client_refund.group_client_refund_approve")
        administrator = self._create_user("refund_admin", "Ada Admin", "client_refund.group_client_refund_administer")
        self.env["client.refund.approval.limit"].with_user(administrator).create(
            [
                {"user_id": user.id, "company_id": self.company.id, "amount": 0}
                for user in group.all_user_ids - self.approver - administrator
            ]
        )
        administrator.active = False
        refund = self._draft({self.credit_note: None}).with_user(self.approver)
        refund.action_submit()
        self.assertEqual(refund.state, "to_approve")
        self.assertIn("nobody else may approve it", refund.message_ids[0].body)

    def test_the_audit_is_exported(self):
        """Who asked, who approved, when, why, which risks, which account, before and after: by who may only read."""
        account = self._bank_account("BE111", trusted=False)
        refund = self._submit({self.credit_note: 600}, partner_bank_id=account.id)
        refund.with_user(self.approver).action_approve()
        auditor = self._create_user("auditor", "Otto Auditor", "account.group_account_readonly,base.group_allow_export")
        names = ["name", "user_id/name", "approver_id/name", "approval_reason", "risk_summary", "payee_account_number"]
        amounts = ["amount", "balance_before", "balance_after"]
        [row] = self._rpc(auditor, refund, "export_data", [*names, *amounts])["datas"]
        risk = "Account BE111 is not marked as trusted."
        self.assertEqual(
            row[:3] + row[4:], [refund.name, "Claire Clerk", "Paula Partner", risk, "BE111", 600, -1000, -400]
        )
        self.assertRegex(row[3], rf"600\.00 is above .*500\.00\.\n{risk}")
        self.assertTrue(refund.requested_on <= refund.approved_on)
        view = self.env.ref("client_refund.view_client_refund_audit_list")
        for name in ("requested_on", "approved_on", "risk_summary", "cancel_reason"):
            self.assertIn(f'name="{name}"', view.arch)

    # ------------------------------------------------------------------
    # Groups
    # ------------------------------------------------------------------

    def test_a_fresh_install_works(self):
        manager = self._create_user("manager", "Mona Manager", "account.group_account_manager")
        self.assertTrue(self.clerk.has_group("client_refund.group_client_refund_prepare"))
        self.assertFalse(self.clerk.has_group("client_refund.group_client_refund_approve"))
        self.assertTrue(manager.has_group("client_refund.group_client_refund_administer"))
        self.assertTrue(manager.has_group("client_refund.group_client_refund_approve"))

    def test_who_may_not_prepare_refunds_nothing(self):
        """A firm takes the right away from Invoicing and gives it to some."""
        self.env.ref("account.group_account_invoice").implied_ids -= self.env.ref(
            "client_refund.group_client_refund_prepare"
        )
        with self.assertRaises(AccessError):
            self._draft({self.credit_note: 10})
        with self.assertRaises(AccessError):
            self.credit_note.with_user(self.clerk).action_refund_client()
        self.assertEqual(self.credit_note.with_user(self.clerk).amount_refundable, 1000)
