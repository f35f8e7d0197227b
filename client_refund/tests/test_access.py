from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestAccess(ClientRefundCommon):
    """Own company only, and only for those who work in accounting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit_note = cls._credit_note(300)
        cls.refund = cls._refund({cls.credit_note: 100})
        cls.employee = new_test_user(cls.env, "employee", groups="base.group_user", company_id=cls.company.id)
        cls.auditor = new_test_user(
            cls.env, "auditor", groups="account.group_account_readonly", company_id=cls.company.id
        )
        cls.stranger = new_test_user(
            cls.env,
            "stranger",
            groups="account.group_account_manager",
            company_id=cls.setup_other_company()["company"].id,
        )

    def test_clerk_can_do_all_of_it(self):
        action = self.credit_note.move_id.with_user(self.clerk).action_refund_client()
        wizard = self._opened(action)
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertEqual(refund.amount, 200)
        self.assertEqual(self.credit_note.amount_residual, 0)
        refund.action_undo("Wrong client")
        self.assertEqual(self.credit_note.amount_residual, -200)

    def test_employee_sees_no_refund(self):
        for model in ("client.refund", "client.refund.line", "client.refund.reason", "client.refund.wizard"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.employee).search([])
            self.assertFalse(self.env[model].with_user(self.employee).has_access("create"))
        with self.assertRaises(AccessError):
            self.refund.with_user(self.employee).read(["amount"])
        with self.assertRaises(AccessError):
            self.refund.with_user(self.employee).action_undo("Let me see")

    def test_employee_does_not_stumble_over_the_fields_of_a_client(self):
        """A client is read by everybody: what can't be seen of refunds is no field for an employee."""
        self.assertNotIn("client_refund_count", self.client.with_user(self.employee).fields_get())
        self.assertIn("client_refund_count", self.client.with_user(self.clerk).fields_get())

    def test_auditor_reads_and_changes_nothing(self):
        draft = self._draft({self._credit_note(10): None})
        refund = self.refund.with_user(self.auditor)
        self.assertEqual(refund.amount, 100)
        self.assertEqual(self.credit_note.with_user(self.auditor).amount_refundable, 200)
        for act in (
            lambda: refund.action_undo("Let me see"),
            lambda: draft.with_user(self.auditor).write({"memo": "x"}),
            lambda: refund.create([self._refund_values({self.credit_note: 1})]),
            lambda: self.credit_note.with_user(self.auditor).action_refund_client(),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                act()
        self.assertEqual(self.credit_note.amount_residual, -200)

    def test_other_company_sees_nothing(self):
        refunds = self.env["client.refund"].with_user(self.stranger)
        self.assertFalse(refunds.search([("id", "=", self.refund.id)]))
        self.assertFalse(self.env["client.refund.line"].with_user(self.stranger).search([]))
        for act in (
            lambda: self.refund.with_user(self.stranger).read(["amount"]),
            lambda: self.refund.with_user(self.stranger).action_undo("Let me see"),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_other_company_can_not_refund_our_credit(self):
        refunds = self.env["client.refund"].with_user(self.stranger)
        for company in (self.company, self.stranger.company_id):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                refunds.create(
                    [
                        {
                            "partner_id": self.client.id,
                            "company_id": company.id,
                            "currency_id": self.currency.id,
                            "line_ids": [Command.create({"move_line_id": self.credit_note.id, "amount": 1})],
                        }
                    ]
                )
        self.assertEqual(self.credit_note.amount_residual, -200)

    def test_the_wizard_tells_nothing_of_other_companies(self):
        """Neither what a client is owed there, nor what a journal item there says."""
        wizards = self.env["client.refund.wizard"].with_user(self.stranger)
        wizard = wizards.create({"partner_id": self.client.id})
        wizard_line = wizards.line_ids.create({"wizard_id": wizard.id, "move_line_id": self.credit_note.id})
        refund_line = self.env["client.refund.line"].with_user(self.stranger).new({"move_line_id": self.credit_note.id})
        self.env.invalidate_all()
        for act in (
            lambda: wizards.create({"partner_id": self.client.id, "company_id": self.company.id}).action_refund(),
            lambda: wizard_line.read(["date", "document", "amount_open"]),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                act()
        self.assertFalse(refund_line.amount)
        self.assertFalse(refund_line.source_type)

    def test_reasons_of_the_company(self):
        reason = self.env["client.refund.reason"].create({"name": "Ours", "company_id": self.company.id})
        reasons = self.env["client.refund.reason"]
        self.assertIn(reason, reasons.with_user(self.clerk).search([]))
        self.assertNotIn(reason, reasons.with_user(self.stranger).search([]))
        with self.assertRaises(AccessError):
            reasons.with_user(self.clerk).create({"name": "Mine"})
