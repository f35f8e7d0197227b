from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestCurrency(ClientRefundCommon):
    """Credits in a foreign currency: exact in that currency, the exchange difference booked by core."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.setup_other_currency(
            "EUR", rates=[("2024-01-01", 2.0), ("2024-03-15", 2.5), ("2024-05-01", 3.0)]
        )

    def test_full_amount_books_the_exchange_difference(self):
        """300 EUR were 150 at the credit note's rate and are 120 at the payment's: 30 are gained."""
        credit_note = self._credit_note(300, currency=self.foreign)
        self.assertEqual((credit_note.amount_residual_currency, credit_note.amount_residual), (-300, -150))

        refund = self._refund({credit_note: None})

        self.assertEqual(refund.currency_id, self.foreign)
        self.assertEqual(refund.amount_company_currency, 120)
        self.assertEntry(
            refund.payment_ids.move_id,
            [
                (self.outstanding, self.client, -300, 0, 120),
                (self.receivable, self.client, 300, 120, 0),
            ],
        )
        self.assertPairs(refund, [(credit_note, 300)])
        exchange = refund.line_ids.payment_line_id.matched_credit_ids.exchange_move_id
        self.assertEntry(
            exchange,
            [
                (self.receivable, self.client, 0, 30, 0),
                (self.company.income_currency_exchange_account_id, self.client, 0, 0, 30),
            ],
        )
        self.assertRecordValues(
            credit_note | refund.line_ids.payment_line_id,
            [{"amount_residual": 0, "amount_residual_currency": 0, "reconciled": True}] * 2,
        )

    def test_context_of_the_caller_bends_nothing(self):
        credit_note = self._credit_note(300, currency=self.foreign)
        draft = self._draft({credit_note: None})

        draft.with_context(no_exchange_difference=True, no_exchange_difference_no_recursive=True).action_post()

        self.assertRecordValues(credit_note, [{"amount_residual": 0, "reconciled": True}])

    def test_partial_amount(self):
        credit_note = self._credit_note(300, currency=self.foreign)

        refund = self._refund({credit_note: 100})

        self.assertEqual(credit_note.amount_residual_currency, -200)
        self.assertEqual(credit_note.amount_residual, -100)
        self.assertPairs(refund, [(credit_note, 100)])
        self.assertTrue(refund.line_ids.payment_line_id.reconciled)

    def test_rounding_goes_into_one_item(self):
        """Three thirds of a cent: the items add up to the payment to the cent, in both currencies."""
        credits = [self._credit_note(amount, currency=self.foreign) for amount in (0.33, 0.33, 0.35)]

        refund = self._refund(dict.fromkeys(credits))

        items = refund.payment_ids.move_id.line_ids.sorted("id")
        self.assertEqual(items.mapped("amount_currency"), [-1.01, 0.33, 0.33, 0.35])
        # 1.01 / 2.5 is 0.40; 0.33 / 2.5 is 0.13 each; the rest is on the largest
        self.assertEqual([round(balance, 2) for balance in items.mapped("balance")], [-0.4, 0.13, 0.13, 0.14])
        self.assertEqual([credit.reconciled for credit in credits], [True] * 3)

    def test_two_refunds_of_one_credit_in_one_batch(self):
        """Each has its own exchange difference: undone one by one, they leave what there was."""
        credit_note = self._credit_note(300, currency=self.foreign)
        at_the_same_rate = self._draft({credit_note: 100}, date="2024-03-05")
        at_another = self._draft({credit_note: 200})
        (at_the_same_rate | at_another).action_post()
        self.assertTrue(credit_note.reconciled)

        at_the_same_rate.action_undo("First")
        self.assertEqual((credit_note.amount_residual_currency, credit_note.amount_residual), (-100, -50))
        at_another.action_undo("Second")
        self.assertEqual((credit_note.amount_residual_currency, credit_note.amount_residual), (-300, -150))

    def test_undo_by_reversal_invents_no_exchange_difference(self):
        """Equal amounts whose balances differ by a cent: each is reconciled with its own reversal."""
        odd = self.setup_other_currency("GBP", rates=[("2024-01-01", 1.7)])
        amounts = (3.0, 3.0, 3.0, 0.33, 0.34, 10.01)
        refund = self._refund(dict.fromkeys(self._credit_note(amount, currency=odd) for amount in amounts))
        self._lock_until("2024-04-30")

        refund.action_undo("The client died", date="2024-05-02")

        for account in (
            self.company.income_currency_exchange_account_id,
            self.company.expense_currency_exchange_account_id,
        ):
            booked = self.env["account.move.line"].search([("account_id", "=", account.id)])
            self.assertEqual(round(sum(booked.mapped("balance")), 2), 0, account.name)
        items = (refund.payment_ids.move_id | refund.payment_ids.move_id.reversal_move_ids).line_ids
        self.assertEqual(set(items.mapped("reconciled")), {True})

    def test_no_more_decimals_than_the_currency(self):
        with self.assertRaisesRegex(UserError, "Alder & Finch LLP, RINV.*: 7.126 has more decimals than USD"):
            self._draft({self._credit_note(100): 7.126})

    def test_undo_restores_both_currencies(self):
        credit_note = self._credit_note(300, currency=self.foreign)
        payment = self._payment(50, currency=self.foreign)
        before = self._ledger()
        refund = self._refund({credit_note: None, payment: 20})

        refund.action_undo("Wrong account")

        after = {item: values for item, values in self._ledger().items() if item in before}
        self.assertEqual(after, before)

    def test_journal_in_another_currency(self):
        self.bank.currency_id = self.foreign
        credit_note = self._credit_note(100)

        refund = self._refund({credit_note: None})

        self.assertEqual(refund.payment_ids.currency_id, self.currency)
        self.assertEqual(credit_note.amount_residual, 0)
        self.assertPairs(refund, [(credit_note, 100)])

    def test_currencies_without_and_with_many_decimals(self):
        for rounding, amount in ((1.0, 7.0), (0.001, 7.125)):
            currency = self.setup_other_currency("XAF" if rounding == 1.0 else "KWD", rounding=rounding)
            credit_note = self._credit_note(amount * 2, currency=currency)

            refund = self._refund({credit_note: amount})

            self.assertEqual(refund.payment_ids.amount, amount)
            self.assertEqual(credit_note.amount_residual_currency, -amount)

    def test_one_currency_a_refund(self):
        domestic, foreign = self._credit_note(100), self._credit_note(100, currency=self.foreign)

        with self.assertRaisesRegex(UserError, r"Alder & Finch LLP, RINV.*EUR.*Refund each currency separately"):
            self._draft({domestic: None, foreign: None}, currency_id=self.currency.id)

    def test_many_small_items_of_a_weak_currency(self):
        """40 times 90 at 16,000: each is half a cent. None becomes negative, and they add up."""
        weak = self.setup_other_currency("IDR", rates=[("2024-01-01", 16000.0)])
        credits = self._credit_notes(40, 90, currency=weak)

        refund = self._refund(dict.fromkeys(credits))

        items = refund.payment_ids._get_refund_payment_items()
        self.assertEqual(items.mapped("amount_currency"), [90] * 40)
        self.assertEqual(round(sum(items.mapped("balance")), 2), 0.23)
        self.assertTrue(all(balance in (0.0, 0.01) for balance in items.mapped("balance")))
        self.assertEqual(credits.mapped("amount_residual_currency"), [0] * 40)

    def test_amount_in_company_currency_is_what_was_booked(self):
        """Not what the draft would have cost at an earlier rate."""
        draft = self._draft({self._credit_note(300, currency=self.foreign): None})
        self.assertEqual(draft.amount_company_currency, 120)
        self.env["res.currency.rate"].create(
            {"currency_id": self.foreign.id, "company_id": self.company.id, "name": "2024-03-20", "rate": 5.0}
        )

        draft.action_post()

        self.assertEqual(draft.amount_company_currency, 60)
        self.assertEqual(sum(draft.line_ids.payment_line_id.mapped("balance")), 60)

    def test_amount_in_company_currency_of_what_was_undone(self):
        """Booked, it stays whatever becomes of the rate; undone, nothing is booked any more."""
        refund = self._refund({self._credit_note(300, currency=self.foreign): None})
        self.env["res.currency.rate"].create(
            {"currency_id": self.foreign.id, "company_id": self.company.id, "name": "2024-03-20", "rate": 5.0}
        )
        self.assertEqual(refund.amount_company_currency, 120)

        refund.action_undo("Wrong client")

        self.assertEqual(refund.amount_company_currency, 60)
