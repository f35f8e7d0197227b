from unittest.mock import patch

from psycopg2.errors import ForeignKeyViolation

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_run import ClientRefundRunCommon


@tagged("post_install", "-at_install")
class TestRunCriteria(ClientRefundRunCommon):
    """Which credits a run takes, and what it leaves out and why."""

    def _credits_of(self, **criteria):
        return self._prepare(**criteria).refund_ids.line_ids.move_line_id

    def test_dates(self):
        old, new = self._entry(10, date="2024-01-10"), self._entry(20, date="2024-03-20")

        self.assertEqual(self._credits_of(date_from="2024-03-20"), new)
        self.assertEqual(self._credits_of(date_to="2024-01-10"), old)

    def test_age(self):
        """On 1 April, a credit of 2 March is 30 days old."""
        old = self._entry(10, date="2024-03-02")
        self._entry(20, date="2024-03-03")

        self.assertEqual(self._credits_of(age_days=30), old)

    def test_no_younger_than_the_run(self):
        """A refund can't be dated before its credits: one that is younger costs its client nothing of the others."""
        old = self._entry(10, date="2024-03-20")
        self._entry(20, date="2024-04-02")

        self.assertEqual(self._credits_of(), old)

    def test_journals(self):
        self._credit_note(10)
        received = self._payment(20)

        self.assertEqual(self._credits_of(credit_journal_ids=[Command.set(self.bank.ids)]), received)

    def test_source_types(self):
        credits = {
            "credit_note": self._credit_note(10),
            "payment": self._payment(20),
            "bank": self._bank_receipt(30),
            "entry": self._entry(40),
        }
        for source, credit in credits.items():
            others = {f"source_{other}": False for other in credits if other != source}
            run = self._prepare(**others)
            self.assertEqual(run.refund_ids.line_ids.move_line_id, credit, source)
            run.action_undo("next")
            self._work(run)

    def test_client_tags(self):
        tagged_credit = self._entry(10)
        self.other_client.category_id = False
        self._entry(20, partner=self.other_client)
        tag = self.env["res.partner.category"].create({"name": "Gold"})
        self.client.category_id = [Command.link(tag.id)]

        self.assertEqual(self._credits_of(category_ids=[Command.set(tag.ids)]), tagged_credit)

    def test_chosen_credits_alone(self):
        chosen = self._entry(10) | self._entry(20, partner=self.other_client)
        self._entry(30)

        run = self.runs._prepare_for_credits(chosen)
        run.action_prepare()

        self.assertEqual(run.chosen_count, 2)
        self.assertEqual(run.refund_ids.line_ids.move_line_id, chosen)

    def test_chosen_credits_of_two_companies(self):
        other = self.setup_other_company()["company"]
        item = self.env["account.move.line"].new({"company_id": other.id})
        with self.assertRaisesRegex(UserError, "A run pays the credits of one company"):
            self.runs._prepare_for_credits(self._entry(10) | item)

    # ------------------------------------------------------------------
    # A criterion that goes away does not let the run take more
    # ------------------------------------------------------------------

    def test_archived_tag_and_journal(self):
        self._entry(10)
        tag = self.env["res.partner.category"].create({"name": "Nobody has it"})
        journal = self.bank.copy()
        by_tag = self._create_run(category_ids=[Command.set(tag.ids)])
        by_journal = self._create_run(credit_journal_ids=[Command.set(journal.ids)])
        tag.active = journal.active = False
        self.env.invalidate_all()

        for run in (by_tag, by_journal):
            run.action_prepare()
            self.assertFalse(run.refund_ids)

    def test_tag_and_journal_in_use_stay(self):
        tag = self.env["res.partner.category"].create({"name": "Gold"})
        self._create_run(category_ids=[Command.set(tag.ids)])

        with self.assertRaises(ForeignKeyViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            tag.unlink()

    def test_chosen_credit_that_is_deleted(self):
        chosen = self._entry(10)
        self._entry(20)
        run = self.runs._prepare_for_credits(chosen)
        chosen.move_id.button_draft()
        chosen.move_id.unlink()
        self.env.invalidate_all()

        run.action_prepare()

        self.assertFalse(run.refund_ids)

    def test_copy_takes_the_same_credits(self):
        chosen = self._entry(10)
        self._entry(20)

        run = self.runs._prepare_for_credits(chosen).copy()
        run.action_prepare()

        self.assertEqual(run.refund_ids.line_ids.move_line_id, chosen)

    # ------------------------------------------------------------------
    # Left out, and why
    # ------------------------------------------------------------------

    def test_minimum_per_currency(self):
        euro = self.setup_other_currency("EUR")
        self._entry(10)
        self._entry(9.99, partner=self.other_client)
        in_euro = self._credit_note(1, currency=euro)

        run = self._prepare(minimum_ids=[Command.create({"currency_id": self.currency.id, "amount": 10})])

        self.assertEqual(
            {(refund.partner_id, refund.amount) for refund in run.refund_ids}, {(self.client, 10), (self.client, 1)}
        )
        self.assertIn(in_euro, run.refund_ids.line_ids.move_line_id)
        self.assertEqual(self._skipped(run), {(self.other_client, "minimum", 9.99)})
        self.assertEqual(run.skip_ids.reason, "$\xa09.99 is below the minimum of $\xa010.00.")

    def test_also_owes_skip(self):
        self._entry(10)
        self._entry(20, partner=self.other_client)
        invoice = self._invoice(5, partner=self.other_client)

        run = self._prepare()

        self.assertEqual(run.refund_ids.partner_id, self.client)
        self.assertEqual(self._skipped(run), {(self.other_client, "also_owes", 20)})
        self.assertEqual(run.skip_ids.reason, f"Owes {invoice.move_id.display_name}.")

    def test_also_owes_offset_first(self):
        credit = self._entry(100)
        invoice = self._invoice(30)

        run = self._issue(self._prepare(owing_policy="offset"))

        self.assertEqual((run.refund_ids.amount_credit, run.refund_ids.amount), (100, 70))
        self.assertTrue(credit.reconciled and invoice.reconciled)
        self.assertEqual(run.refund_ids.payment_ids.amount, 70)

    def test_also_owes_ignore(self):
        credit = self._entry(100)
        invoice = self._invoice(30)

        run = self._issue(self._prepare(owing_policy="ignore"))

        self.assertTrue(credit.reconciled)
        self.assertEqual((run.refund_ids.amount, invoice.amount_residual), (100, 30))

    def test_never_past_an_invoice_that_policy_wants_settled(self):
        self.company.client_refund_offset_policy = "require"
        self._entry(100)
        self._invoice(30)

        run = self._prepare(owing_policy="ignore")

        self.assertFalse(run.refund_ids)
        self.assertEqual(self._skipped(run), {(self.client, "problem", 100)})
        self.assertIn("open invoices must be settled first", run.skip_ids.reason)

    def test_blocked_client(self):
        self._entry(10)
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "Court order"})

        run = self._prepare()

        self.assertEqual(self._skipped(run), {(self.client, "blocked", 10)})
        self.assertIn("Court order", run.skip_ids.reason)

    def test_blocked_document(self):
        blocked = self._credit_note(10)
        credit = self._credit_note(20)
        blocked.move_id.payment_state = "blocked"

        run = self._prepare()

        self.assertEqual(run.refund_ids.line_ids.move_line_id, credit)
        self.assertEqual(self._skipped(run), {(self.client, "blocked", 10)})
        self.assertIn(f"{blocked.move_id.display_name}: it is blocked", run.skip_ids.reason)

    def test_never_refunded_account(self):
        trust = self.receivable.copy({"code": "TRUST", "name": "Clients' money"})
        self.company.client_refund_excluded_account_ids = trust
        self._entry(10, account=trust)

        run = self._prepare()

        self.assertEqual(self._skipped(run), {(self.client, "never", 10)})

    def test_uncleared_receipt(self):
        self._outstanding_payment(10)
        credit = self._entry(20)

        run = self._prepare()

        self.assertEqual(run.refund_ids.line_ids.move_line_id, credit)
        self.assertEqual(self._skipped(run), {(self.client, "uncleared", 10)})

    def test_reserved(self):
        held, partly = self._entry(10), self._entry(20)
        draft = self._draft({held: 10, partly: 15})

        run = self._prepare()

        self.assertEqual(run.refund_ids.amount, 5)
        self.assertEqual(self._skipped(run), {(self.client, "reserved", 10)})
        self.assertIn(draft.name, run.skip_ids.reason)

    def test_what_is_left_out_uses_no_number_up(self):
        """Auditors ask for numbers that are missing."""
        self._bank_account("BE111", trusted=True)
        self._entry(10)
        self._entry(20, partner=self.other_client)
        before = self._draft({self._entry(1): None}, date="2024-04-01")
        with self._only_trusted_accounts():
            run = self._prepare()
        after = self._draft({self._entry(1): None}, date="2024-04-01")

        self.assertIn((self.other_client, "problem", 20), self._skipped(run))
        first, made, last = (int(name.rpartition("/")[2]) for name in (before | run.refund_ids | after).mapped("name"))
        self.assertEqual((made, last), (first + 1, first + 2))

    def test_what_could_not_be_issued(self):
        """A method that pays to trusted accounts only: those without one are left out, and nothing holds them."""
        self._bank_account("BE111", trusted=True)
        self._entry(10)
        credit = self._entry(20, partner=self.other_client)
        with self._only_trusted_accounts():
            run = self._prepare()

        self.assertEqual(run.refund_ids.partner_id, self.client)
        self.assertEqual(self._skipped(run), {(self.other_client, "problem", 20)})
        self.assertIn("pays to trusted bank accounts only", run.skip_ids.reason)
        self.assertEqual(credit.amount_refundable, 20)

    def _only_trusted_accounts(self):
        payments = type(self.env["account.payment"])
        return patch.object(payments, "_get_method_codes_needing_bank_account", lambda records: ["manual"])

    def test_one_that_can_not_be_made_does_not_hold_the_others(self):
        """More is open than was booked: a line of it is refused when the draft is made."""
        broken, credit = self._entry(10), self._entry(20, partner=self.other_client)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_residual = -99, amount_residual_currency = -99 WHERE id = %s",
            [broken.id],
        )
        self.env.invalidate_all()

        run = self._prepare()

        self.assertEqual(run.refund_ids.line_ids.move_line_id, credit)
        self.assertEqual(self._skipped(run), {(self.client, "problem", 99)})
        self.assertIn("its open amount is higher than its original amount", run.skip_ids.reason)

    def test_what_was_brought_over_without_dates(self):
        """By SQL, from another system: nobody knows when it was entered."""
        receipt, entry = self._bank_receipt(10), self._entry(20, partner=self.other_client)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET create_date = NULL, write_date = NULL WHERE id IN %s",
            [tuple((receipt | entry).move_id.ids)],
        )
        self.env.invalidate_all()

        run = self._prepare()

        self.assertEqual(run.refund_ids.line_ids.move_line_id, receipt | entry)

    def test_refund_what_was_left_out(self):
        self._outstanding_payment(10)
        run = self._prepare()

        action = run.skip_ids.action_refund_client()

        self.assertEqual(self._opened(action).partner_id, self.client)

    def test_other_companies_are_left_alone(self):
        other = self.setup_other_company()
        clerk_of_other = self._create_user(
            "other_clerk",
            "Otto",
            "account.group_account_invoice",
            company_id=other["company"].id,
            company_ids=[Command.set(other["company"].ids)],
        )
        self._entry(10)
        run = self._prepare()

        self.assertFalse(self.env["client.refund.run"].with_user(clerk_of_other).search([("id", "=", run.id)]))
        self.assertFalse(self.env["client.refund.run.skip"].with_user(clerk_of_other).search([]))
