from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestBadInput(ClientRefundCommon):
    """Each refusal says which client, which document, how much, and what to do next; and nothing is done."""

    def _assert_refused(self, amounts, message, **values):
        """Neither a draft nor a refund can be made of it."""
        count = self.env["client.refund"].search_count([])
        payments = self.env["account.payment"].search_count([])
        with self.assertRaisesRegex(UserError, message):
            self._refund(amounts, **values)
        self.assertEqual(self.env["client.refund"].search_count([]), count)
        self.assertEqual(self.env["account.payment"].search_count([]), payments)

    def _refund(self, amounts, **values):
        with self.env.cr.savepoint():
            return super()._refund(amounts, **values)

    def test_amount_zero_or_negative(self):
        credit_note = self._credit_note(100)
        for amount in (0, -5):
            self._assert_refused(
                {credit_note: amount},
                rf"Alder & Finch LLP, {credit_note.move_id.name}.*amount must be positive",
            )

    def test_amount_above_what_is_open(self):
        credit_note = self._credit_note(100)
        self._assert_refused(
            {credit_note: 100.01},
            rf"Alder & Finch LLP, {credit_note.move_id.name}.*100\.01: only .*100\.00 is open. Refund at most that",
        )

    def test_nothing_ticked(self):
        self._assert_refused({}, "Alder & Finch LLP: no credit is chosen.*Choose at least one")

    def test_credit_of_another_client(self):
        credit_note = self._credit_note(100)
        other = self._credit_note(50, partner=self.other_client)
        self._assert_refused(
            {credit_note: None, other: None},
            rf"Alder & Finch LLP, {other.move_id.name}.*belongs to Birch Holdings",
        )

    def test_credit_of_another_company(self):
        company = self.setup_other_company()["company"]
        self.clerk.company_ids |= company
        credit_note = self._credit_note(100)
        refunds = self.refunds.with_context(allowed_company_ids=(company | self.company).ids)
        with self.assertRaisesRegex(
            UserError, rf"RINV/2024/00001, .*10\.00: it belongs to company {self.company.name}"
        ):
            refunds.create(
                [
                    {
                        "partner_id": self.client.id,
                        "company_id": company.id,
                        "currency_id": self.currency.id,
                        "line_ids": [Command.create({"move_line_id": credit_note.id, "amount": 10})],
                    }
                ]
            )

    def test_what_is_no_open_credit(self):
        invoice = self._invoice(100)
        self._assert_refused({invoice: 10}, rf"{invoice.move_id.name}.*is owed by the client")
        blocked = self._credit_note(30)
        blocked.move_id.payment_state = "blocked"
        self._assert_refused({blocked: 10}, rf"{blocked.move_id.name}.*blocked. Unblock it first")
        revenue = invoice.move_id.line_ids - invoice
        self._assert_refused({revenue: 10}, "not a receivable account")

    def test_a_credit_twice(self):
        credit_note = self._credit_note(100)
        line = Command.create({"move_line_id": credit_note.id, "amount": 10})
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation) as refusal, self.env.cr.savepoint():
            self.refunds.create([{"partner_id": self.client.id, "line_ids": [line, line]}])
        message = self.env["client.refund.line"]._sql_error_to_message(refusal.exception)
        self.assertIn("A credit can be chosen only once", message)

    def test_a_credit_of_two_new_refunds(self):
        """Neither has a number yet: that is drawn when all checks are passed."""
        values = self._refund_values({self._credit_note(100): None})
        with self.assertRaisesRegex(UserError, "a new refund reserves .*100.00 of it"):
            self.refunds.create([values, values])

    def test_date_in_a_locked_period(self):
        credit_note = self._credit_note(100)
        self._lock_until("2024-04-30")
        self._assert_refused({credit_note: None}, r"Alder & Finch LLP.*100\.00.*2024-04-01 is in a locked period")
        self.assertEqual(credit_note.amount_residual, -100)

    def test_journal_without_outbound_method(self):
        credit_note = self._credit_note(100)
        journal = self.env["account.journal"].create({"name": "Deposits", "type": "bank", "code": "DEP"})
        journal.outbound_payment_method_line_ids.unlink()
        self._assert_refused(
            {credit_note: None},
            "Alder & Finch LLP.*Deposits has no outgoing payment method. Choose another journal",
            journal_id=journal.id,
        )

    def test_method_of_another_journal(self):
        credit_note = self._credit_note(100)
        self._assert_refused(
            {credit_note: None},
            "is not available for outgoing payments of journal Bank",
            payment_method_line_id=self.cash.outbound_payment_method_line_ids.id,
        )
        self._assert_refused(
            {credit_note: None},
            "is not available for outgoing payments of journal Bank",
            payment_method_line_id=self.inbound_payment_method_line.id,
        )

    def test_payee_account_of_somebody_else(self):
        credit_note = self._credit_note(100)
        account = self._bank_account("BE999", partner=self.other_client)
        self._assert_refused({credit_note: None}, "account BE999 belongs to Birch Holdings", partner_bank_id=account.id)
        own = self._bank_account("BE998", partner=self.company.partner_id)
        self._assert_refused({credit_note: None}, "account BE998 is the company's own", partner_bank_id=own.id)

    def test_payee_account_with_the_number_of_the_company(self):
        credit_note = self._credit_note(100)
        self._bank_account("OWN COMPANY 1", partner=self.company.partner_id)
        account = self._bank_account("own-company-1")
        self._assert_refused({credit_note: None}, "is the company's own", partner_bank_id=account.id)

    def test_archived_payee_account(self):
        credit_note = self._credit_note(100)
        account = self._bank_account("BE111", active=False)
        self._assert_refused({credit_note: None}, "account BE111 is archived", partner_bank_id=account.id)

    def test_company_as_client(self):
        credit = self._entry(100, partner=self.company.partner_id)
        self._assert_refused({credit: None}, "is the company itself", partner_id=self.company.partner_id.id)

    def test_method_that_needs_a_trusted_account(self):
        credit_note = self._credit_note(100)
        untrusted = self._bank_account("BE111", trusted=False)
        self.patch(
            self.registry["account.payment"], "_get_method_codes_needing_bank_account", lambda payment: ["manual"]
        )
        self._assert_refused({credit_note: None}, "pays to trusted bank accounts only")
        self._assert_refused(
            {credit_note: None}, "mark account BE111 of the client as trusted", partner_bank_id=untrusted.id
        )
        untrusted.sudo().allow_out_payment = True
        refund = self._refund({credit_note: None}, partner_bank_id=untrusted.id)
        self.assertEqual(refund.payment_ids.partner_bank_id, untrusted)

    def test_credit_reconciled_by_somebody_else_meanwhile(self):
        credit_note = self._credit_note(100)
        refund = self._draft({credit_note: None})
        (self._invoice(40) | credit_note).reconcile()
        with self.assertRaisesRegex(UserError, rf"{credit_note.move_id.name}.*100\.00: only .*60\.00 is open"):
            refund.action_post()
        (self._invoice(60) | credit_note).reconcile()
        with self.assertRaisesRegex(UserError, rf"{credit_note.move_id.name}.*nothing is open any more"):
            refund.action_post()
        self.assertRecordValues(refund, [{"state": "draft", "amount": 100, "payment_ids": []}])

    def test_credit_note_reset_to_draft_meanwhile(self):
        credit_note = self._credit_note(100)
        refund = self._draft({credit_note: None})
        credit_note.move_id.button_draft()
        with self.assertRaisesRegex(UserError, r"Alder & Finch LLP.*100\.00: it is not posted. Post it first"):
            refund.action_post()
        credit_note.move_id.action_post()
        refund.action_post()
        self.assertEqual(credit_note.amount_residual, 0)

    def test_credit_held_by_another_refund(self):
        credit_note = self._credit_note(100)
        holder = self._draft({credit_note: 70})
        self._assert_refused(
            {credit_note: 40},
            rf"Alder & Finch LLP, {credit_note.move_id.name}.*40\.00: .*100\.00 is open, and {holder.name} reserves "
            rf".*70\.00 of it. Refund at most .*30\.00, or discard {holder.name} first",
        )
        self._refund({credit_note: 30})

    def test_all_problems_of_all_refunds_at_once(self):
        first, second = self._credit_note(100), self._credit_note(50, partner=self.other_client)
        refunds = self._draft({first: None}) | self._draft({second: None}, partner_id=self.other_client.id)
        first.move_id.button_draft()
        self._lock_until("2024-04-30")

        with self.assertRaises(UserError) as refusal:
            refunds.action_post()

        message = str(refusal.exception)
        self.assertEqual(len(message.splitlines()), 3, message)
        self.assertIn("Birch Holdings", message)
        self.assertIn(first.move_id.name, message)

    def test_issued_twice(self):
        refund = self._refund({self._credit_note(100): None})
        with self.assertRaisesRegex(UserError, "it is already .*. Only a draft can be issued"):
            refund.action_post()
        self.assertEqual(len(refund.payment_ids), 1)

    def test_duplicate_refund(self):
        refund = self._draft({self._credit_note(100): None})
        with self.assertRaisesRegex(UserError, "can't be duplicated"):
            refund.copy()
