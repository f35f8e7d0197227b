from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools.workflow import with_workflow
from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestHonestActs(ClientRefundCommon):
    """What ordinary accounting does to clients, documents and payments is neither refused nor made a risk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._create_user("accountant", "Anton", "account.group_account_user")
        cls.sync = cls._create_user("sync", "Contact Sync", "base.group_user,base.group_partner_manager")
        cls.account = cls._bank_account("BE111")
        cls.contact = cls.env["res.partner"].create({"name": "Ada Alder", "parent_id": cls.client.id})
        cls.trust = cls.receivable.copy({"code": "TRUST1", "name": "Trust receivable"})
        cls.trust_2 = cls.receivable.copy({"code": "TRUST2", "name": "Second trust receivable"})

    def _block(self, partner):
        partner.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})

    def _moved_risk(self, credit, **values):
        """The risk that somebody was moved, if there is one; new accounts are another."""
        self.company.client_refund_bank_change_days = 30
        return self._draft({credit: 1}, **values)._get_risks().popitem()[1].get("changed_client")

    # ------------------------------------------------------------------
    # Payee accounts
    # ------------------------------------------------------------------

    def test_payee_account_touched(self):
        """Its bank, order, holder, or the same number and client once more: it is the same account."""
        self._refund({self._credit_note(100): None}, partner_bank_id=self.account.id)
        self.company.client_refund_bank_change_days = 30
        bank = self.env["res.bank"].create({"name": "Bank", "bic": "GEBABEBB"})
        account = self.account
        account.allow_out_payment = False  # core locks number and client of a trusted one, by value
        for values in (
            {"bank_id": bank.id},
            {"acc_number": "BE111"},
            {"acc_number": "BE 111", "sanitized_acc_number": "BE111"},
            {"partner_id": self.client.id, "sequence": 5, "acc_holder_name": "Alder"},
        ):
            self._rpc(self.sync, account, "write", values)
        self._rpc(self.sync, self.client, "write", {"bank_ids": [Command.update(account.id, {"acc_number": "BE111"})]})
        self.assertEqual((account.bank_id, account.acc_number, account.sequence), (bank, "BE111", 5))

    def test_payee_account_after_the_days_of_the_company(self):
        """Where no statement is ever matched, an account is not locked for ever."""
        account = self._bank_account("BE222")
        refund = self._refund({self._credit_note(100): None}, partner_bank_id=account.id)
        account.allow_out_payment = False
        self.company.client_refund_bank_change_days = 30
        with self.assertRaisesRegex(UserError, f"{refund.name} is on its way to account BE222"):
            account.acc_number = "BE333"
        with_workflow(refund).booked_on = fields.Datetime.now() - timedelta(days=31)
        account.acc_number = "BE333"
        self.assertEqual(account.sanitized_acc_number, "BE333")

    # ------------------------------------------------------------------
    # Contacts
    # ------------------------------------------------------------------

    def test_unchanged_family(self):
        """A sync writes every night what is there already."""
        person = self._create_client("Person")
        credit = self._credit_note(100)
        waiting = self._draft({credit: 10}, partner_bank_id=self.account.id)
        self.company.client_refund_bank_change_days = 30
        for partner in (self.client, self.contact, person):
            for values in (
                {"parent_id": partner.parent_id.id, "phone": "1"},
                {"is_company": partner.is_company, "email": "a@example.com"},
                {"commercial_partner_id": partner.commercial_partner_id.id},
            ):
                self._rpc(self.sync, partner, "write", values)
        self.assertFalse((self.client | self.contact | person).filtered("client_refund_moved_on"))
        self.assertNotIn("changed_client", waiting._get_risks()[waiting])

    def test_moved_contacts_are_marked(self):
        """Whoever moves them, and whichever value does it: core takes `is_company` out of the values."""
        for values in ({"is_company": True}, {"parent_id": False}, {"parent_id": self.other_client.id}):
            for user in (self.sync, self.env.user):
                contact = self.env["res.partner"].create({"name": "Contact", "parent_id": self.client.id})
                credit = self._payment(10, partner=contact)
                self._rpc(user, contact, "write", dict(values))  # core takes out of it
                self.assertTrue(contact.client_refund_moved_on, values)
                client = contact.commercial_partner_id
                self.assertNotEqual(client, self.client)
                self.assertTrue(self._moved_risk(credit, partner_id=client.id), values)

    def test_a_contact_that_brings_nothing(self):
        credit = self._credit_note(100)
        person = self.env["res.partner"].create({"name": "New Colleague"})
        self._rpc(self.sync, person, "write", {"parent_id": self.client.id})
        self.assertTrue(person.client_refund_moved_on)
        self.assertFalse(self._moved_risk(credit, partner_bank_id=self.account.id))
        # but its account is another thing
        account = self._bank_account("BE666", partner=person)
        self.assertTrue(self._moved_risk(credit, partner_bank_id=account.id))

    def test_a_company_made_of_a_person(self):
        """The button on a person: the new parent brings nothing, the person is paid what it was owed."""
        person = self._create_client("Person", company_name="Person Ltd")
        credit, receipt = self._credit_note(100, partner=person), self._payment(50, partner=person)
        account = self._bank_account("BE555", partner=person)
        person.create_company()
        company = person.parent_id
        self.assertEqual(credit.partner_id, company)
        for item in (credit, receipt):
            self.assertFalse(self._moved_risk(item, partner_id=company.id, partner_bank_id=account.id))
        other = self._bank_account("BE556", partner=company)
        self.assertTrue(self._moved_risk(credit, partner_id=company.id, partner_bank_id=other.id))

    def test_an_empty_duplicate_that_is_merged(self):
        credit = self._credit_note(100)
        duplicate = self._create_client("Alder and Finch")
        merging = self.env["base.partner.merge.automatic.wizard"]
        merging._merge((duplicate | self.client).ids, self.client)
        self.assertFalse(self.client.client_refund_moved_on)
        self.assertFalse(self._moved_risk(credit, partner_bank_id=self.account.id))
        for name, give in (
            ("With account", lambda partner: self._bank_account("BE777", partner=partner)),
            ("With credit", lambda partner: self._credit_note(5, partner=partner)),
        ):
            self.client.sudo().client_refund_moved_on = False
            stranger = self._create_client(name)
            give(stranger)
            merging._merge((stranger | self.contact).ids, self.contact)
            self.env.invalidate_all()
            self.assertTrue(self._moved_risk(credit, partner_bank_id=self.account.id), name)

    def test_a_duplicate_whose_refund_is_on_its_way_is_merged(self):
        duplicate = self._create_client("Alder and Finch")
        account = self._bank_account("BE888", partner=duplicate)
        refund = self._refund(
            {self._credit_note(100, partner=duplicate): None}, partner_id=duplicate.id, partner_bank_id=account.id
        )
        self.assertEqual(refund.state, "in_process")
        self.env["base.partner.merge.automatic.wizard"]._merge((duplicate | self.client).ids, self.client)
        self.env.invalidate_all()
        self.assertEqual((refund.partner_id, account.partner_id), (self.client, self.client))

    # ------------------------------------------------------------------
    # Blocked clients
    # ------------------------------------------------------------------

    def test_blocked_client_in_a_sync(self):
        """Alone or among others, by who may not know that it is blocked."""
        self._block(self.client)
        for partner in (self.client, self.contact):
            values = {
                "is_company": partner.is_company,
                "parent_id": partner.parent_id.id,
                "active": True,
                "company_id": False,
                "phone": "12",
            }
            self._rpc(self.sync, partner, "write", values)
        both = self.client | self.other_client
        both.is_company = True
        self._rpc(self.sync, both, "write", {"is_company": True, "phone": "34"})
        self.assertEqual(both.mapped("phone"), ["34", "34"])
        # a file with the block in it, as it is
        self._rpc(
            self.clerk_who_edits_contacts,
            self.client,
            "write",
            {"client_refund_blocked": True, "client_refund_block_reason": "In dispute", "phone": "56"},
        )
        self._rpc(self.sync, both, "write", {"company_id": self.company.id})

    @property
    def clerk_who_edits_contacts(self):
        return self._create_user("clerk_2", "Carl", "account.group_account_invoice,base.group_partner_manager")

    def test_blocked_client_archived(self):
        self._block(self.client)
        self._rpc(self.sync, self.contact, "write", {"active": False})
        self._rpc(self.sync, self.client, "action_archive")
        self.assertFalse((self.client | self.contact).filtered("active"))

    def test_invoice_booked_on_a_blocked_client(self):
        self._block(self.client)
        for move_type, partner in (
            ("out_invoice", self.other_client),
            ("out_invoice", self.contact),
            ("out_refund", self.contact),
            ("out_refund", self.client),
        ):
            move = self._document(move_type, 100)
            for user in (self.clerk, self.accountant):
                self._rpc(user, move, "button_draft")
                self._rpc(user, move, "write", {"partner_id": partner.id, "invoice_date": "2024-03-02"})
                self._rpc(user, move, "action_post")
            items = self._receivable_items(move)
            self._rpc(self.clerk, items, "write", {"partner_id": items.partner_id.id})
            self.assertEqual(items.partner_id, partner.commercial_partner_id)

    def test_receipt_booked_on_a_blocked_client(self):
        """It is the accountant who says whose it is."""
        payment, booked = self._payment(50), self._bank_receipt(70)
        line = self.env["account.bank.statement.line"].create(
            {"payment_ref": "Open", "journal_id": self.bank.id, "amount": 10, "date": "2024-03-03"}
        )
        line.partner_id = self.client
        self._block(self.client)
        self._rpc(self.accountant, line, "write", {"partner_id": self.other_client.id})
        for item in (payment, booked):
            self._rpc(self.accountant, item, "write", {"partner_id": self.other_client.id})
        self.assertEqual((payment | booked).partner_id, self.other_client)

    # ------------------------------------------------------------------
    # Trust money
    # ------------------------------------------------------------------

    def test_trust_item_corrected(self):
        self.company.client_refund_excluded_account_ids = self.trust | self.trust_2
        for user in (self.clerk, self.accountant):
            item = self._entry(100, account=self.trust)
            for values in (
                {"partner_id": self.client.id},
                {"account_id": self.trust.id},
                {"partner_id": self.other_client.id},
                {"account_id": self.trust_2.id},
                {"account_id": self.revenue.id},
            ):
                self._rpc(user, item, "write", values)
            debit = self._entry(-100, account=self.trust)
            self._rpc(user, debit, "write", {"account_id": self.receivable.id})
        wrong = self._entry(100, account=self.trust)
        with self.assertRaisesRegex(AccessError, "this can't be refunded"), self.env.cr.savepoint():
            self._rpc(self.clerk, wrong, "write", {"account_id": self.receivable.id})
        wrong.move_id.button_draft()
        self._rpc(self.clerk, wrong.move_id, "write", {"partner_id": self.other_client.id})
        with self.assertRaisesRegex(AccessError, "this can't be refunded"), self.env.cr.savepoint():
            self._rpc(self.clerk, wrong, "write", {"account_id": self.receivable.id})
        self._rpc(self.accountant, wrong, "write", {"account_id": self.receivable.id})

    # ------------------------------------------------------------------
    # A refund's payment
    # ------------------------------------------------------------------

    def test_payment_of_a_refund_corrected(self):
        """Memo, date, reference, due date, and whatever is there already: alone, and among other payments."""
        refund = self._refund({self._credit_note(100): None}, partner_bank_id=self.account.id)
        payment, other = refund.payment_ids, self._payment(10).move_id.origin_payment_id
        entry = payment.move_id
        before = self._ledger()
        for user in (self.clerk, self.accountant):
            self._rpc(user, payment | other, "write", {"memo": "Typo mended"})
            self._rpc(user, payment, "write", {"date": "2024-04-02"})
            self._rpc(user, entry, "write", {"ref": "Typo mended"})
            self._rpc(user, entry.line_ids, "write", {"date_maturity": "2024-04-02"})
            self._rpc(
                user,
                payment,
                "write",
                {
                    name: payment._fields[name].convert_to_write(payment[name], payment)
                    for name in ("payment_method_line_id", "partner_bank_id", "partner_id", "journal_id", "amount")
                },
            )
            for item in entry.line_ids:
                self._rpc(user, item, "write", {"partner_id": item.partner_id.id, "account_id": item.account_id.id})
            self._rpc(user, entry, "write", {"partner_bank_id": entry.partner_bank_id.id})
        self.assertEqual(self._ledger(), before)
        self.assertEqual((payment.memo, entry.ref), ("Typo mended", "Typo mended"))
        refund.action_undo("Still works")
        self.assertEqual(refund.state, "canceled")
