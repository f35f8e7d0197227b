from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestPayee(ClientRefundCommon):
    """Right payee: back to where the money came from, or somebody else has a look."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit_note = cls._credit_note(300)
        cls.account = cls._bank_account("BE111")

    def _set_entered(self, account, days_ago):
        account.sudo().client_refund_changed_on = fields.Datetime.now() - timedelta(days=days_ago)

    def _assert_risk(self, kind, regex, amounts, **values):
        """The wizard shows a banner, the refund keeps the reason and waits, and another user can approve it."""
        refund = self._submit(amounts, **values)
        self.assertEqual(list(refund.risks), [kind])
        self.assertRegex(refund.risk_summary, regex)
        self.assertRegex(refund.approval_reason, regex)
        self.assertEqual(refund.state, "to_approve")
        wizard = self._opened(refund.action_edit())
        self.assertEqual(wizard.alerts[kind]["level"], "danger")
        self.assertRegex(wizard.alerts[kind]["message"], regex)
        self.assertTrue(wizard.needs_approval)
        refund.with_user(self.approver).action_approve()
        self.assertTrue(refund._is_issued())
        self.assertEqual(refund.payment_ids.partner_bank_id, refund.partner_bank_id)
        return refund

    def _assert_no_risk(self, amounts, **values):
        refund = self._submit(amounts, **values)
        self.assertFalse(refund.approval_reason)
        self.assertTrue(refund._is_issued())
        return refund

    # ------------------------------------------------------------------
    # Back to where the money came from
    # ------------------------------------------------------------------

    def test_back_to_the_account_on_the_statement(self):
        receipt = self._bank_receipt(50, account_number="BE-1 11")
        other = self._bank_account("BE222")
        refund = self._assert_no_risk({receipt: None})
        self.assertEqual(refund.payment_ids.partner_bank_id, self.account)
        self.assertEqual(refund.payee_account_number, "BE111")
        receipt = self._bank_receipt(60, account_number="BE111")
        self._assert_risk(
            "other_origin",
            "came from account BE111, but it would go to BE222",
            {receipt: None},
            partner_bank_id=other.id,
        )

    def test_back_to_the_account_of_the_payment(self):
        second = self._bank_account("BE222")
        payment = self._payment(50, partner_bank_id=False)
        payment.move_id.origin_payment_id.partner_bank_id = second
        refund = self._assert_no_risk({payment: None})
        self.assertEqual(refund.partner_bank_id, second)

    def test_the_company_account_of_an_incoming_payment_is_no_origin(self):
        own = self._bank_account("BE777", partner=self.company.partner_id)
        payment = self._payment(50, partner_bank_id=own.id)
        self.assertFalse(payment._get_refund_origin_numbers())

    def test_no_account_is_not_the_origin_either(self):
        receipt = self._bank_receipt(50, account_number="BE111")
        self._assert_risk("other_origin", "no known account", {receipt: None}, partner_bank_id=False)

    def test_an_origin_that_is_not_on_file(self):
        receipt = self._bank_receipt(50, account_number="BE333")
        self._assert_risk("other_origin", "came from account BE333, but it would go to BE111", {receipt: None})

    def test_from_several_accounts_into_one(self):
        self._bank_account("BE222")
        receipts = self._bank_receipt(50, account_number="BE111") | self._bank_receipt(60, account_number="BE222")
        self._assert_risk(
            "other_origin",
            "from account BE111, BE222",
            dict.fromkeys(receipts),
            partner_bank_id=self.account.id,
        )

    def test_from_an_account_into_cash(self):
        receipt = self._bank_receipt(50, account_number="BE111")
        self._assert_risk(
            "other_origin",
            "came from account BE111, but it would be paid in cash",
            {receipt: None},
            journal_id=self.cash.id,
        )
        self._assert_no_risk({self.credit_note: 10}, journal_id=self.cash.id)

    # ------------------------------------------------------------------
    # New, changed, untrusted, shared
    # ------------------------------------------------------------------

    def test_an_account_created_lately(self):
        self.company.client_refund_bank_change_days = 30
        self._assert_risk(
            "changed_account", "BE111 was created or changed .* less than 30 days ago", {self.credit_note: 10}
        )

    def test_an_old_account(self):
        self.company.client_refund_bank_change_days = 30
        self._set_entered(self.account, days_ago=31)
        self._assert_no_risk({self.credit_note: 10})
        self._set_entered(self.account, days_ago=29)
        self._assert_risk("changed_account", "BE111", {self.credit_note: 20})

    def test_a_changed_account(self):
        self.company.client_refund_bank_change_days = 30
        self._set_entered(self.account, days_ago=300)
        for values in ({"allow_out_payment": False}, {"acc_number": "BE112"}, {"allow_out_payment": True}):
            self.account.write(values)
        self.assertTrue(self.account.allow_out_payment)
        self._assert_risk("changed_account", "BE112 was created or changed", {self.credit_note: 10})

    def test_a_stranger_who_is_made_a_contact_of_the_client(self):
        self.company.client_refund_bank_change_days = 30
        stranger = self._create_client("Stranger")
        account = self._bank_account("BE666", partner=stranger)
        stranger.parent_id = self.client
        self._set_entered(account, days_ago=300)
        self._assert_risk(
            "changed_client",
            "Stranger was recently moved to another client",
            {self.credit_note: 10},
            partner_bank_id=account.id,
        )

    def test_a_client_who_is_given_to_a_stranger(self):
        self.company.client_refund_bank_change_days = 30
        stranger = self._create_client("Stranger", is_company=True)
        account = self._bank_account("BE666", partner=stranger)
        self.client.parent_id = stranger
        self._set_entered(account, days_ago=300)
        self._assert_risk(
            "changed_client", "Alder", {self.credit_note: 10}, partner_id=stranger.id, partner_bank_id=account.id
        )
        # alone, or together with one that it is true of
        for clients in (self.client, self.client | self.other_client):
            with self.assertRaisesRegex(AccessError, "can't be changed"):
                clients.with_user(self.clerk).sudo(False).write({"client_refund_moved_on": False})

    def test_a_client_who_is_merged_into_a_stranger(self):
        """By somebody who is no administrator; core writes the values of both, and may."""
        self.company.client_refund_bank_change_days = 30
        user = self._create_user("merger", "Max Merger", "account.group_account_invoice,base.group_partner_manager")
        (self.client | self.other_client).email = "same@example.com"
        moved = self._create_client("Moved", parent_id=self.client.id, email="same@example.com")
        moved.parent_id = self.other_client
        contact = self._create_client("Contact", parent_id=self.other_client.id, email="same@example.com")
        merging = self.env["base.partner.merge.automatic.wizard"].with_user(user)
        merging._merge((moved | contact).ids, contact.with_user(user))
        self.assertTrue(contact.client_refund_moved_on)

        merging._merge((self.client | self.other_client).ids, self.other_client.with_user(user))

        self.env.invalidate_all()
        self._assert_risk(
            "changed_client",
            "Birch Holdings.* merged with another client",
            {self.credit_note: 10},
            partner_id=self.other_client.id,
            partner_bank_id=False,
            journal_id=self.cash.id,
        )

    def test_an_untrusted_account(self):
        account = self._bank_account("BE222", trusted=False)
        self._assert_risk(
            "untrusted_account", "BE222 is not marked as trusted", {self.credit_note: 10}, partner_bank_id=account.id
        )

    def test_an_account_that_somebody_else_has_too(self):
        self._bank_account("BE-111", partner=self.other_client)
        self._assert_risk("shared_account", "BE111 also belongs to Birch Holdings", {self.credit_note: 10})

    def test_an_archived_account_is_somebody_elses_too(self):
        account = self._bank_account("BE-111", partner=self.other_client)
        account.active = False
        self._assert_risk("shared_account", "BE111 also belongs to Birch Holdings", {self.credit_note: 10})

    def test_the_account_stays_what_it_is_while_the_money_is_on_its_way(self):
        self.company.client_refund_bank_change_days = 30
        account = self._bank_account("BE222", trusted=False)
        refund = self._submit({self.credit_note: 10}, partner_bank_id=account.id)
        refund.with_user(self.approver).action_approve()
        for values in (
            {"acc_number": "BE999"},
            {"partner_id": self.other_client.id},
            {"sanitized_acc_number": "BE999"},
        ):
            with self.assertRaisesRegex(UserError, f"Refund {refund.name} is on its way to account BE222"):
                account.write(values)
        refund.action_undo("Wrong account")
        account.write({"acc_number": "BE999"})

    def test_who_entered_the_account_can_not_approve(self):
        self.company.client_refund_bank_change_days = 30
        account = (
            self.env["res.partner.bank"]
            .with_user(self.approver)
            .sudo()
            .create({"acc_number": "BE222", "partner_id": self.client.id})
        )
        refund = self._submit({self.credit_note: 10}, partner_bank_id=account.id)
        with self.assertRaisesRegex(UserError, "you recently entered payee account BE222"):
            refund.with_user(self.approver).action_approve()

    # ------------------------------------------------------------------
    # Never
    # ------------------------------------------------------------------

    def test_never_an_account_of_a_company_of_the_database(self):
        other_company = self.env["res.company"].create({"name": "Sister"})
        accounts = self._bank_account("BE777", partner=self.company.partner_id)
        accounts |= self._bank_account("BE888", partner=other_company.partner_id)
        employee = self.env["res.partner"].create({"name": "Employee", "parent_id": other_company.partner_id.id})
        accounts |= self._bank_account("BE999", partner=employee)
        for account in accounts:
            draft = self._draft({self.credit_note: 10}, partner_bank_id=account.id)
            with self.assertRaisesRegex(UserError, f"account {account.acc_number} is the company's own, or that of"):
                self._rpc(self.clerk, draft, "action_submit")
            draft.action_undo("Next")

    def test_never_the_number_of_a_company_on_the_client(self):
        """A company's account, entered anew as the client's own."""
        other_company = self.env["res.company"].create({"name": "Sister"})
        self._bank_account("BE888", partner=other_company.partner_id)
        account = self._bank_account("be 888")
        self.assertNotIn(account, self.wizards.create({"partner_id": self.client.id}).available_partner_bank_ids)
        draft = self._draft({self.credit_note: 10}, partner_bank_id=account.id)
        with self.assertRaisesRegex(UserError, "is the company's own, or that of another company"):
            draft.action_submit()

    def test_never_an_account_of_another_client(self):
        account = self._bank_account("BE222", partner=self.other_client)
        draft = self._draft({self.credit_note: 10}, partner_bank_id=account.id)
        with self.assertRaisesRegex(UserError, "account BE222 belongs to Birch Holdings"):
            self._rpc(self.clerk, draft, "action_submit")

    def test_settling_only_runs_no_risk(self):
        self.company.client_refund_bank_change_days = 30
        invoice = self._invoice(300)
        draft = self._draft({self.credit_note: None})
        draft.offset_ids = [fields.Command.create({"move_line_id": invoice.id})]
        draft.action_submit()
        self.assertEqual(draft.state, "paid")
        self.assertFalse(draft.risks)
