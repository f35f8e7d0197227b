from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.account.models.account_move import AccountMove

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestOnlyByRefund(ClientRefundCommon):
    """Who wants refunds approved gets no way round it: clients are paid back by refunds, or not at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"client_refund_approval_policy": "always", "client_refund_only_by_refund": True})
        cls.administrator = cls._create_user(
            "refund_admin", "Ada", "account.group_account_invoice,client_refund.group_client_refund_administer"
        )
        cls.credit_note = cls._credit_note(2500)

    def _outgoing(self, user, **values):
        """A payment to the client by hand, in draft."""
        values = self._prepare_payment_vals(2500, payment_type="outbound", **values)
        return self.env["account.payment"].with_user(user).create(values)

    def _pay(self, user, items):
        """What *Pay* opens, for a user."""
        return self._rpc(user, items.move_id, "action_register_payment")

    def _assert_refused(self, act, regex="Alder & Finch LLP: .* of .*2,500.00 can't be posted: .* only by refunds"):
        with self.assertRaisesRegex(UserError, regex), self.env.cr.savepoint():
            act()
        self.env.invalidate_all()
        self.assertEqual(self.credit_note.amount_residual, -2500)

    # ------------------------------------------------------------------
    # Pay
    # ------------------------------------------------------------------

    def test_pay_opens_the_refund(self):
        wizard = self._opened(self._pay(self.clerk, self.credit_note))
        self.assertEqual(wizard.line_ids.filtered("selected").move_line_id, self.credit_note)
        self.assertEqual(wizard.amount, 2500)
        wizard.action_refund()
        self.assertEqual(self.credit_note.client_refund_line_ids.refund_id.state, "to_approve")
        action = self._rpc(self.clerk, self.credit_note, "action_register_payment")
        self.assertEqual(action["res_model"], "client.refund.wizard")

    def test_pay_of_all_else_is_as_ever(self):
        bill = self._create_invoice_one_line(
            price_unit=10, tax_ids=[], move_type="in_invoice", invoice_date="2024-03-01", post=True
        )
        for user, moves in (
            (self.clerk, self._invoice(100).move_id),
            (self.clerk, bill),
            (self.clerk, (self._invoice(100) | self.credit_note).move_id),
            (self.administrator, self.credit_note.move_id),
        ):
            action = self._rpc(user, moves, "action_register_payment")
            self.assertEqual(action["res_model"], "account.payment.register")
        self.company.client_refund_only_by_refund = False
        self.assertEqual(self._pay(self.clerk, self.credit_note)["res_model"], "account.payment.register")

    # ------------------------------------------------------------------
    # Payments by hand
    # ------------------------------------------------------------------

    def test_outgoing_payment(self):
        payment = self._outgoing(self.clerk)
        self._assert_refused(payment.action_post)
        self._assert_refused(payment.action_validate)
        self._assert_refused(lambda: payment.write({"state": "paid"}))
        supplier = self._outgoing(self.clerk, partner_type="supplier", destination_account_id=self.receivable.id)
        self._assert_refused(supplier.action_post)
        payment.sudo()._generate_journal_entry()
        payment.sudo().write({"state": "draft"})
        self._assert_refused(lambda: payment.move_id.with_user(self.clerk).action_post())

    def test_outgoing_payment_without_an_entry(self):
        self.outbound_payment_method_line.payment_account_id = False
        self.patch(AccountMove, "_get_invoice_in_payment_state", lambda self: "in_payment")
        payment = self._outgoing(self.clerk, invoice_ids=[Command.link(self.credit_note.move_id.id)])
        self._assert_refused(payment.action_post)
        self._assert_refused(lambda: self._outgoing(self.clerk, state="in_process"))
        payment.with_user(self.administrator).action_post()
        self.assertFalse(payment.move_id)

    def test_pay_wizard(self):
        """By a program, or with an invoice among the credit notes."""
        invoice = self._invoice(100)
        for items in (self.credit_note, self.credit_note | invoice):
            wizard = (
                self.env["account.payment.register"]
                .with_user(self.clerk)
                .with_context(active_model="account.move.line", active_ids=items.ids)
                .create({"group_payment": True})
            )
            self._assert_refused(wizard.action_create_payments, "can't be posted: .* only by refunds")

    def test_administrators_may(self):
        payment = self._outgoing(self.administrator)
        payment.action_post()
        self.assertEqual(payment.move_id.state, "posted")

    def test_what_is_no_refund_goes_on(self):
        """Vendors, receipts, transfers to other accounts, and what Odoo makes by itself with all rights."""
        vendor = self._outgoing(self.clerk, partner_type="supplier")
        receipt = self.env["account.payment"].with_user(self.clerk).create(self._prepare_payment_vals(10))
        transfer = self._outgoing(self.clerk, destination_account_id=self.company.transfer_account_id.id)
        by_odoo = self._outgoing(self.clerk).sudo()
        for payment in (vendor, receipt, transfer, by_odoo):
            payment.action_post()
            self.assertEqual(payment.move_id.state, "posted")

    def test_what_was_paid_before_goes_on(self):
        payment = self._outgoing(self.administrator)
        payment.action_post()
        payment.with_user(self.clerk).action_validate()
        payment.with_user(self.clerk).memo = "Mended"
        self.assertEqual(payment.state, "paid")

    def test_refunds_go_on(self):
        refund = self._submit({self.credit_note: None})
        refund.with_user(self.approver).action_approve()
        self.assertTrue(refund._is_issued())
        self.assertEqual(refund.payment_ids.move_id.state, "posted")
        refund.with_user(self.clerk).action_undo("Wrong")
        self.assertEqual(self.credit_note.amount_residual, -2500)

    def test_without_the_setting(self):
        self.company.client_refund_only_by_refund = False
        payment = self._outgoing(self.clerk)
        payment.action_post()
        self.assertEqual(payment.move_id.state, "posted")

    def test_blocked_clients(self):
        """Where a policy is set; an administrator lifts the block first."""
        self.company.client_refund_only_by_refund = False
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        for user in (self.clerk, self.administrator):
            self._assert_refused(
                self._outgoing(user).action_post, "of .*2,500.00 can't be posted: refunds to .* blocked: In dispute"
            )
        self.company.client_refund_approval_policy = "never"
        self._outgoing(self.clerk).action_post()

    def test_branches(self):
        """The policy is that of the company above."""
        branch = self.env["res.company"].create({"name": "North", "parent_id": self.company.id})
        self.clerk.company_ids = [Command.link(branch.id)]
        self.env["account.journal"].create({"name": "North", "type": "bank", "code": "NRTH", "company_id": branch.id})
        payment = self._outgoing(
            self.clerk,
            journal_id=self.env["account.journal"].search([("company_id", "=", branch.id)], limit=1).id,
            destination_account_id=self.receivable.id,
        )
        self.assertEqual(payment.company_id, branch)
        self._assert_refused(payment.action_post)

    # ------------------------------------------------------------------
    # Settings
    # ------------------------------------------------------------------

    def test_settings(self):
        """Ticked with a policy, to be unticked by who knows why; without a policy nothing is controlled."""
        self.company.write({"client_refund_approval_policy": "never", "client_refund_only_by_refund": False})
        self.env.user.company_id = self.company
        with Form(self.env["res.config.settings"].with_company(self.company)) as settings:
            settings.client_refund_approval_policy = "always"
            self.assertTrue(settings.client_refund_only_by_refund)
            settings.client_refund_only_by_refund = False
            settings.client_refund_approval_policy = "never"
            self.assertFalse(settings.client_refund_only_by_refund)
            settings.client_refund_approval_policy = "above"
        settings.record.execute()
        self.assertTrue(self.company.client_refund_only_by_refund)
        with Form(self.env["res.config.settings"].with_company(self.company)) as settings:
            settings.client_refund_approval_policy = "never"
            settings.client_refund_approval_policy = "above"
            self.assertTrue(settings.client_refund_only_by_refund, "as it was saved")
            settings.client_refund_only_by_refund = False
        settings.record.execute()
        self.assertFalse(self.company.client_refund_only_by_refund)
