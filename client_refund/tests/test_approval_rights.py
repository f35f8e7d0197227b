from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_approval import ApprovalCommon


@tagged("post_install", "-at_install")
class TestApprovalRights(ApprovalCommon):
    """Who may approve, up to how much, and who sees it afterwards."""

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
        self.assertRegex(view.arch, r'<field name="date"(?![^>]*optional="hide")', "each line has its date")

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
