from random import Random

from odoo import Command
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestExchangeEstimate(ClientRefundCommon):
    """The wizard says what exchange difference will be booked, and that is what is booked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.setup_other_currency(
            "EUR", rates=[("2024-01-01", 1.0837), ("2024-02-01", 0.9111), ("2024-03-01", 1.2503), ("2024-04-01", 1.1)]
        )

    def _booked(self):
        """The exchange gain in the ledger."""
        accounts = self.company.income_currency_exchange_account_id | self.company.expense_currency_exchange_account_id
        items = self.env["account.move.line"].search(
            [("account_id", "in", accounts.ids), ("parent_state", "=", "posted")]
        )
        return -sum(items.mapped("balance"))

    def _wizard(self, amounts, **values):
        wizard = self.wizards.create(
            {"partner_id": self.client.id, "date": "2024-04-01", "journal_id": self.bank.id, **values}
        )
        self.assertEqual(wizard.currency_id, self.foreign)
        for line in wizard.line_ids:
            line.selected = line.move_line_id in amounts
            line.amount = amounts.get(line.move_line_id) or line.amount
        return wizard

    def _assert_estimate(self, wizard):
        before = self._booked()
        estimate = wizard.exchange_difference
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertTrue(refund._is_issued())
        self.assertEqual(self.currency.round(self._booked() - before), self.currency.round(estimate))
        return refund

    def test_gain_and_loss(self):
        gain = self._credit_note(100, currency=self.foreign, date="2024-02-10")  # 109.76, 90.91 at the refund's date
        loss = self._credit_note(100, currency=self.foreign, date="2024-03-10")  # 79.98
        wizard = self._wizard({gain: None})
        self.assertEqual(wizard.exchange_difference, 18.85)
        self._assert_estimate(wizard)
        wizard = self._wizard({loss: None})
        self.assertEqual(wizard.exchange_difference, -10.93)
        self._assert_estimate(wizard)

    def test_none_in_the_currency_of_the_company(self):
        self._credit_note(100)
        self.assertEqual(self.wizards.create({"partner_id": self.client.id}).exchange_difference, 0)

    def test_many_amounts(self):
        """Whole and partial credits, some used before, with and without invoices that are settled."""
        self.company.client_refund_offset_policy = "propose"
        random = Random(19)
        dates = ["2024-01-10", "2024-02-10", "2024-03-10"]
        for _attempt in range(4):
            amounts = [round(random.uniform(0.05, 900), 2) for _number in range(3)]
            credits = [
                self._credit_note(amount, currency=self.foreign, date=random.choice(dates)) for amount in amounts
            ]
            invoice = self._invoice(
                round(random.uniform(0.05, 300), 2), currency=self.foreign, date=random.choice(dates)
            )
            chosen = {
                credit: round(random.uniform(0.02, amount), 2) if random.random() < 0.5 else None
                for credit, amount in zip(credits, amounts, strict=True)
            }
            self._assert_estimate(self._wizard(chosen))
            # what is left is refunded too, so that partly used credits are met
            left = {credit: None for credit in credits if not credit.reconciled}
            if left:
                self._assert_estimate(self._wizard(left))
            if not invoice.reconciled:
                (invoice | self._payment(-invoice.amount_residual or 1, currency=self.foreign)).reconcile()

    def test_currencies_with_other_decimals(self):
        """0 and 3 decimals: rounded as the currency is, exact to the last."""
        for code, rate, amount, part in (("JPY", 151.0, 10001, 3334), ("KWD", 0.307, 100.125, 33.333)):
            currency = self.setup_other_currency(code, rates=[("2024-01-01", rate), ("2024-04-01", rate * 1.1)])
            client = self._create_client(f"Client in {code}")
            credit = self._credit_note(amount, currency=currency, partner=client)
            before = self._ledger(client)
            for share in (part, None):
                wizard = self.wizards.create(
                    {"partner_id": client.id, "date": "2024-04-01", "journal_id": self.bank.id}
                )
                if share:
                    wizard.line_ids.amount = share
                refund = self._assert_estimate(wizard)
                self.assertEqual(refund.amount, share or currency.round(amount - part))
            self.assertRecordValues(credit, [{"amount_residual": 0, "amount_residual_currency": 0, "reconciled": True}])
            for refund in self.refunds.search([("partner_id", "=", client.id)]):
                refund.action_undo("Again")
            after = self._ledger(client)
            self.assertEqual({item: after[item] for item in before}, before)

    def test_the_journal_is_in_another_currency(self):
        pounds = self.setup_other_currency("GBP", rates=[("2024-01-01", 0.8)])
        journal = self.env["account.journal"].create(
            {"name": "Pounds", "code": "GBP1", "type": "bank", "currency_id": pounds.id}
        )
        credit = self._credit_note(100, currency=self.foreign, date="2024-02-10")
        refund = self._assert_estimate(self._wizard({credit: None}, journal_id=journal.id))
        self.assertEqual(refund.payment_ids.currency_id, self.foreign)
        self.assertPairs(refund, [(credit, 100)])
        self.assertRecordValues(credit, [{"amount_residual": 0, "reconciled": True}])

    def test_offset_in_another_rate(self):
        credit = self._credit_note(100, currency=self.foreign, date="2024-02-10")
        invoice = self._invoice(60, currency=self.foreign, date="2024-03-10")
        wizard = self._wizard({credit: None})
        wizard.offset_ids = [Command.update(wizard.offset_ids.id, {"selected": True})]
        refund = self._assert_estimate(wizard)
        self.assertEqual(refund.offset_ids.move_line_id, invoice)
        self.assertRecordValues(
            credit | invoice, [{"amount_residual": 0, "amount_residual_currency": 0, "reconciled": True}] * 2
        )
