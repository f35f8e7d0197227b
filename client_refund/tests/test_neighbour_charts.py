import os
from collections import Counter

from odoo.tests import tagged

from .common import ClientRefundCommon

# Charts of accounts, by country. `make charts` runs all of them, `make test` one.
CHARTS = {
    "br": "BR",
    "ch": "CH",
    "de_skr03": "DE",
    "es_pymes": "ES",
    "fr": "FR",
    "it": "IT",
    "jp": "JP",
    "mx": "MX",
    "nl": "NL",
    "us": "US",
}


class ChartCase:
    """A credit note with the country's own tax and a payment nobody asked for: a refund's whole life."""

    def test_whole_life(self):
        credits = self._credit_note_with_tax(), self._payment(50)
        amount = self.currency.round(-sum(credit.amount_residual for credit in credits))
        before, ledger = self._trial_balance(), self._ledger()

        refund = self._refund_all(credits)
        self._assert_refunded(refund, credits, amount)
        refunded = self._trial_balance()
        refund.action_undo("Mistake")
        self._assert_as_before(before, ledger)

        returned = self._refund_all(credits)
        self.assertEqual(self._trial_balance(), refunded)
        returned.action_return("Account closed", "2024-04-10")
        self._assert_as_before(before, ledger)

        self._assert_refunded(self._refund_all(credits), credits, amount)
        self.assertEqual(self._trial_balance(), refunded)

    def test_offset(self):
        """An invoice with the same tax is settled first; what is left goes out."""
        credit_note, payment = self._credit_note_with_tax(), self._payment(50)
        invoice = self._receivable_items(self._document("out_invoice", 40, tax_ids=self.tax_sale_a))
        before, ledger = self._trial_balance(), self._ledger()
        refund = self.refunds.browse(
            self.refunds.create_refund(
                {"partner_id": self.client.id, "offset": True, "journal_id": self.bank.id, "date": "2024-04-01"}
            )
        )
        self.assertEqual(refund.amount, self.currency.round(-(credit_note.balance + payment.balance + invoice.balance)))
        self.assertFalse(any((credit_note | payment | invoice).mapped("amount_residual")))
        refund.action_undo("Mistake")
        self._assert_as_before(before, ledger)

    def _credit_note_with_tax(self):
        item = self._receivable_items(self._document("out_refund", 100, tax_ids=self.tax_sale_a))
        self.assertTrue(self.tax_sale_a)
        self.assertEqual(item.amount_residual, -item.move_id.amount_total)
        return item

    def _refund_all(self, credits):
        return self._refund(dict.fromkeys(credits))

    def _assert_refunded(self, refund, credits, amount):
        self.assertEqual(refund.amount, amount)
        self.assertPairs(refund, [(credit, -credit.balance) for credit in credits])
        self.assertFalse(any(credit.amount_residual for credit in credits))
        self.assertEntry(
            refund.payment_ids.move_id,
            [
                (self.outstanding or self.bank.default_account_id, self.client, -amount, 0, amount),
                *((self.receivable, self.client, -credit.balance, -credit.balance, 0) for credit in credits),
            ],
        )

    def _assert_as_before(self, trial_balance, ledger):
        self.assertEqual(self._trial_balance(), trial_balance)
        self.assertEqual({item: values for item, values in self._ledger().items() if item in ledger}, ledger)

    def _trial_balance(self):
        """What is on each account, and of taxes on each; the bank and what is on its way to it together."""
        self.env.flush_all()
        money = self.bank.default_account_id | self.outstanding | self.outstanding_receipts
        totals = Counter()
        for account, tax, balance in self.env["account.move.line"]._read_group(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")],
            ["account_id", "tax_line_id"],
            ["balance:sum"],
        ):
            totals["money" if account in money else (account.code, tax.name)] += balance
        return {key: rounded for key, total in totals.items() if (rounded := self.currency.round(total))}


def _make_case(chart):
    """The tests of one chart."""
    name = f"TestChart{chart.title().replace('_', '')}"
    attributes = {"chart_template": chart, "country_code": CHARTS[chart], "__module__": __name__}
    # not run by default: the chart's module must be installed
    return tagged("post_install", "-at_install", "-standard", "neighbour")(
        type(name, (ChartCase, ClientRefundCommon), attributes)
    )


globals().update({case.__name__: case for case in map(_make_case, os.environ.get("CHARTS", "de_skr03").split(","))})
