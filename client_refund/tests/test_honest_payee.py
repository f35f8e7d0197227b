from datetime import timedelta

from odoo import SUPERUSER_ID, Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClientRefundCommon

IBAN, NATIONAL = "DE02120300000000202051", "0000202051"


@tagged("post_install", "-at_install")
class TestHonestPayee(ClientRefundCommon):
    """What honest people do every day is no risk; a swapped number stays one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"client_refund_bank_change_days": 30, "client_refund_duplicate_days": 14})
        cls.validator = cls._create_user(
            "refund_validator",
            "Vera Validator",
            "account.group_validate_bank_account,account.group_account_invoice,"
            "client_refund.group_client_refund_approve,base.group_partner_manager",
        )
        cls.sync = cls._create_user("sync", "Sync", "base.group_user,base.group_partner_manager")
        cls.clerk.group_ids += cls.env.ref("base.group_partner_manager")
        cls.account = cls._bank_account("BE111")
        cls._entered_long_ago(cls.account)
        cls.credit_note = cls._credit_note(1000)

    @classmethod
    def _entered_long_ago(cls, account):
        account.sudo().client_refund_changed_on = fields.Datetime.now() - timedelta(days=31)

    def _assert_paid(self, refund):
        self.assertFalse(refund.risk_summary)
        self.assertTrue(refund._is_issued())

    def _enter(self, user, number="BE222", **values):
        accounts = self.env["res.partner.bank"]
        values = {"acc_number": number, "partner_id": self.client.id, **values}
        return accounts.browse(self._rpc(user, accounts, "create", [values]))

    # ------------------------------------------------------------------
    # The same account
    # ------------------------------------------------------------------

    def test_a_client_who_is_saved_again_under_the_same_name(self):
        clients = self.client.browse()
        for number in range(3):
            client = self._create_client(f"Client {number}")
            account = self._bank_account(f"BE9{number:02}", partner=client)
            self._entered_long_ago(account)
            clients |= client
        for client in clients:
            self._rpc(self.sync, client, "write", {"name": client.name})
        self.assertEqual(clients.bank_ids.mapped("write_uid"), self.sync)
        for client in clients:
            credit_note = self._credit_note(10, partner=client)
            self._assert_paid(self._submit({credit_note: None}, partner_id=client.id))

    def test_a_client_who_is_renamed(self):
        self._rpc(self.sync, self.client, "write", {"name": "Alder LLP"})
        self.assertEqual(self.account.acc_holder_name, "Alder LLP")
        self._assert_paid(self._submit({self.credit_note: None}))

    def test_what_makes_no_other_account(self):
        bank = self.env["res.bank"].create({"name": "Bank", "bic": "GEBABEBB"})
        for values in (
            {"sequence": 3},
            {"acc_holder_name": "Alder"},
            {"bank_id": bank.id},
            {"note": "Checked"},
            {"currency_id": self.currency.id},
            {"acc_number": "BE111"},
            {"acc_number": "be-1 11"},
            {"partner_id": self.client.id},
        ):
            self._rpc(self.validator, self.account, "write", {"allow_out_payment": False})
            self._rpc(self.validator, self.account, "write", values)
            self._rpc(self.validator, self.account, "write", {"allow_out_payment": True})
        self._rpc(self.validator, self.account, "write", {"allow_out_payment": True})
        self._rpc(
            self.sync, self.client, "write", {"bank_ids": [Command.update(self.account.id, {"acc_number": "be-1 11"})]}
        )
        self._assert_paid(self._submit({self.credit_note: None}))

    def test_another_number_or_owner_is_another_account(self):
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": self.client.id})
        for values in ({"acc_number": "BE112"}, {"sanitized_acc_number": "BE113"}, {"partner_id": contact.id}):
            self._entered_long_ago(self.account)
            self._rpc(self.validator, self.account, "write", {"allow_out_payment": False})
            self._rpc(self.sync, self.account, "write", values)
            self.account.with_user(SUPERUSER_ID).allow_out_payment = True
            self.assertEqual(self.account.client_refund_changed_by_id, self.sync)
            refund = self._submit({self.credit_note: 10}, partner_bank_id=self.account.id)
            self.assertEqual((refund.state, list(refund.risks)), ("to_approve", ["changed_account"]))
            refund.action_undo("Next")

    def test_many_accounts_in_one_write(self):
        other = self._bank_account("BE333", partner=self.other_client)
        self._entered_long_ago(other)
        before = self.account.client_refund_changed_on
        (self.account | other).with_user(self.sync).sudo().write({"partner_id": self.client.id, "note": "Moved"})
        self.assertEqual((self.account.note, other.note), ("Moved", "Moved"))
        self.assertEqual(self.account.client_refund_changed_on, before)
        self.assertGreater(other.client_refund_changed_on, before)
        self.assertEqual(other.client_refund_changed_by_id, self.sync)

    def test_nobody_says_who_entered_an_account(self):
        for values in (
            {"client_refund_changed_on": "2020-01-01 00:00:00"},
            {"client_refund_changed_by_id": self.clerk.id},
            {"client_refund_trusted_by_id": self.clerk.id},
        ):
            with self.assertRaisesRegex(AccessError, "Who entered or trusted"), self.env.cr.savepoint():
                self._rpc(self.validator, self.account, "write", values)
            with self.assertRaisesRegex(AccessError, "Who entered or trusted"), self.env.cr.savepoint():
                self._enter(self.validator, **values)

    # ------------------------------------------------------------------
    # Who trusts an account is the second pair of eyes
    # ------------------------------------------------------------------

    def _trust(self, user, account):
        self._rpc(user, account, "write", {"allow_out_payment": True})

    def _submit_to(self, account, user=None):
        [refund_id] = self._rpc(
            user or self.clerk,
            self.refunds.browse(),
            "create",
            [self._refund_values({self.credit_note: 10}, partner_bank_id=account.id)],
        )
        refund = self.refunds.browse(refund_id)
        self._rpc(user or self.clerk, refund, "action_submit")
        return refund

    def test_a_new_account_that_another_person_trusted(self):
        account = self._enter(self.sync)
        self._trust(self.validator, account)
        self._assert_paid(self._submit_to(account))

    def test_a_firm_of_two(self):
        """The clerk enters the account and asks; the administrator trusts it, and approves where that is due."""
        self.company.client_refund_approval_policy = "always"
        account = self._enter(self.clerk)
        self._trust(self.validator, account)
        refund = self._submit_to(account)
        self.assertEqual(list(refund.approval_reasons), ["always"])
        refund.with_user(self.validator).action_approve()
        self._assert_paid(refund)

    def test_who_trusted_it_and_asks_is_no_second_pair(self):
        account = self._enter(self.sync)
        self._trust(self.validator, account)
        refund = self._submit_to(account, self.validator)
        self.assertEqual((refund.state, list(refund.risks)), ("to_approve", ["changed_account"]))
        refund.with_user(self.approver).action_approve()

    def test_who_entered_and_trusted_it_is_one_person(self):
        account = self._enter(self.validator)
        self._trust(self.validator, account)
        refund = self._submit_to(account)
        self.assertEqual(list(refund.risks), ["changed_account"])
        with self.assertRaisesRegex(UserError, "you recently entered payee account BE222"):
            refund.with_user(self.validator).action_approve()
        refund.with_user(self.approver).action_approve()

    def test_trust_in_another_number_is_none(self):
        account = self._enter(self.sync)
        self._trust(self.validator, account)
        account.with_user(self.sync).sudo().acc_number = "BE999"
        self.assertTrue(account.allow_out_payment)
        self.assertEqual(list(self._submit_to(account).risks), ["changed_account"])

    def test_the_machine_is_no_second_pair_of_eyes(self):
        account = self._enter(self.sync)
        account.with_user(SUPERUSER_ID).allow_out_payment = True
        self.assertEqual(list(self._submit_to(account).risks), ["changed_account"])

    def test_a_firm_of_one(self):
        """Under the default nothing waits, whatever the risks."""
        self.company.client_refund_approval_policy = "never"
        account = self._enter(self.validator)
        refund = self._submit_to(account, self.validator)
        self.assertEqual(set(refund.risks), {"changed_account", "untrusted_account"})
        self.assertTrue(refund._is_issued())

    # ------------------------------------------------------------------
    # The account that the money came from
    # ------------------------------------------------------------------

    def test_the_national_number_of_an_iban(self):
        account = self._bank_account(IBAN)
        self._entered_long_ago(account)
        receipt = self._bank_receipt(50, account_number=NATIONAL)
        refund = self._submit({receipt: None})
        self.assertEqual(refund.partner_bank_id, account)
        self._assert_paid(refund)

    def test_the_iban_of_a_national_number(self):
        account = self._bank_account(NATIONAL)
        self._entered_long_ago(account)
        receipt = self._bank_receipt(50, account_number=IBAN)
        self._assert_paid(self._submit({receipt: None}))

    def test_what_is_no_national_number(self):
        """Too short, another one, or contained in the country and check digits alone."""
        account = self._bank_account(IBAN)
        self._entered_long_ago(account)
        for number in ("20205", "0000202052", "DE02120300", "BE111"):
            receipt = self._bank_receipt(50, account_number=number)
            refund = self._submit({receipt: None}, partner_bank_id=account.id)
            self.assertEqual(list(refund.risks), ["other_origin"], number)
            refund.action_undo("Next")

    # ------------------------------------------------------------------
    # Once more
    # ------------------------------------------------------------------

    def test_undone_at_once_and_made_again(self):
        first = self._submit({self.credit_note: None})
        first.action_undo("Wrong date")
        self._assert_paid(self._submit({self.credit_note: None}, date="2024-04-02"))

    def test_undone_after_it_was_sent(self):
        first = self._submit({self.credit_note: None})
        first.payment_ids.mark_as_sent()
        first.action_undo("Wrong date")
        self.assertEqual(list(self._submit({self.credit_note: None}).risks), ["paid_before"])

    def test_halves_of_one_credit(self):
        self._assert_paid(self._submit({self.credit_note: 500}))
        self._assert_paid(self._submit({self.credit_note: 500}))

    def test_other_documents_of_the_same_amount(self):
        """A subscription: the same amount, another date or another reference."""
        for values in ({"date": "2024-03-02"}, {"date": "2024-03-09"}):
            self._assert_paid(self._submit({self._credit_note(100, **values): None}))
        for values in ({"ref": "May"}, {"ref": "June"}):
            self._assert_paid(self._submit({self._credit_note(101, **values): None}))
