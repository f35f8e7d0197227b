import os
from collections import Counter
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ClientRefundCommon

CLIENTS = 10
FOREIGN = st.booleans()
SHARES = st.lists(st.sampled_from([0, 1, 1, 2, 3]), min_size=1, max_size=3)  # of each credit: nothing, all, parts
NTH = st.integers(0, 3)
STEPS = st.one_of(
    st.tuples(st.just("refund"), SHARES, st.booleans(), FOREIGN, st.booleans()),
    st.tuples(st.just("refund"), SHARES, st.booleans(), FOREIGN, st.booleans()),
    st.tuples(st.just("post"), NTH),
    st.tuples(st.just("post"), NTH),
    st.tuples(st.just("undo"), NTH),
    st.tuples(st.just("give_back"), NTH),
    st.tuples(st.just("give_back"), NTH),
    st.tuples(st.just("reconcile"), NTH, NTH),
    st.tuples(st.just("credit"), st.integers(1, 50_000), FOREIGN),
)


@tagged("post_install", "-at_install")
class TestHistories(ClientRefundCommon):
    """Whatever happens in whatever order, the ledger stays right: checked after each step of random histories."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.setup_other_currency(
            "EUR", rates=[("2024-01-01", 1.0837), ("2024-02-01", 0.9111), ("2024-03-01", 1.2503), ("2024-04-01", 1.1)]
        )
        cls.done = Counter()
        random = Random(3)
        cls.clients = [cls._create_client(f"Client {number}") for number in range(CLIENTS)]
        cls.ledger = [
            (client, random.choice((1, 1, -1)) * random.randint(1, 50_000) / 100, currency, date)
            for client in cls.clients
            for currency in (cls.currency, cls.foreign)
            for date in random.choices(("2024-01-10", "2024-02-10", "2024-03-10"), k=3)
        ]
        cls._make_entries(cls.ledger)
        for client in cls.clients:
            cls._credit_note(
                random.randint(1, 50_000) / 100, partner=client, currency=random.choice((cls.currency, cls.foreign))
            )
            cls._invoice(
                random.randint(1, 50_000) / 100, partner=client, currency=random.choice((cls.currency, cls.foreign))
            )

    # fixed seeds: the same histories in each run, unless more and other ones are asked for
    @settings(
        max_examples=int(os.environ.get("HISTORIES", 60)),
        derandomize="HISTORIES" not in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
    )
    @given(st.integers(0, CLIENTS - 1), st.lists(STEPS, min_size=4, max_size=9))
    def _run_history(self, client, steps):
        self.client = self.clients[client]
        savepoint = self.env.cr.savepoint(flush=True)
        try:
            for name, *arguments in steps:
                getattr(self, f"_step_{name}")(*arguments)
                self._check_ledger()
        finally:
            savepoint.close(rollback=True)

    def test_histories(self):
        self._run_history()
        # histories that refuse everything would prove nothing
        for name in ("refund", "settle", "post", "undo", "give_back", "reconcile"):
            self.assertGreater(self.done[name], 3, self.done)

    # ------------------------------------------------------------------
    # What may happen
    # ------------------------------------------------------------------

    def _step_credit(self, cents, foreign):
        self._make_entries([(self.client, cents / 100, self._currency(foreign), "2024-03-20")])

    @classmethod
    def _make_entries(cls, amounts):
        """Credits, or debts where the amount is negative: list of (client, amount, currency, date)."""
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "entry",
                    "date": date,
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "amount_currency": sign * amount,
                                "balance": sign * currency._convert(amount, cls.currency, cls.company, date),
                                "currency_id": currency.id,
                                "partner_id": client.id,
                            }
                        )
                        for account, sign in ((cls.receivable, -1), (cls.revenue, 1))
                    ],
                }
                for client, amount, currency, date in amounts
            ]
        )
        moves.action_post()

    def _step_refund(self, shares, offset, foreign, post):
        """Refund parts of what is open, settling invoices first or not, at once or as a draft."""
        currency = self._currency(foreign)
        lines = []
        for credit, share in zip(self._open_items(-1, currency), shares, strict=False):
            amount = currency.round(credit.amount_refundable / share) if share else 0
            if amount > 0:
                lines.append(Command.create({"move_line_id": credit.id, "amount": amount}))
        if not lines:
            return
        left = sum(line[2]["amount"] for line in lines)
        offsets = []
        for invoice in self._open_items(1, currency) if offset else ():
            amount = currency.round(min(invoice.amount_residual_currency, left))
            if amount > 0:
                offsets.append(Command.create({"move_line_id": invoice.id, "amount": amount}))
                left -= amount
        before = self._residuals()
        refund = self.refunds.create(
            [
                {
                    "partner_id": self.client.id,
                    "currency_id": currency.id,
                    "journal_id": self.bank.id,
                    "date": "2024-04-01",
                    "line_ids": lines,
                    "offset_ids": offsets,
                }
            ]
        )
        self.assertEqual(self._residuals(), before, "a draft changes nothing")
        if post:
            self._post(refund)
        self.done["refund"] += 1
        self.done["settle"] += bool(offsets)

    def _step_post(self, nth):
        """Issue a draft; what it holds may be gone meanwhile."""
        draft = self._nth(self._find(("draft",)), nth)
        if draft and self._try(lambda: self._post(draft)):
            self.done["post"] += 1

    def _post(self, refund):
        expected = Counter(self._residuals())
        for line in refund.line_ids:
            expected[line.move_line_id] += line.amount
        for offset in refund.offset_ids:
            expected[offset.move_line_id] -= offset.amount
        refund.action_post()
        self._assert_residuals(expected)

    def _step_undo(self, nth):
        refund = self._nth(self._find(("draft", "in_process", "paid")), nth)
        if not refund:
            return
        expected = Counter(self._residuals())
        if refund._is_issued():
            for line in refund.line_ids:
                expected[line.move_line_id] -= line.amount
            for offset in refund.offset_ids:
                expected[offset.move_line_id] += offset.amount
        refund.action_undo("Random")
        self._assert_residuals(expected)
        self.done["undo"] += 1

    def _step_give_back(self, nth):
        """The bank returns a refund."""
        refund = self._nth(self._find(("in_process", "paid")).filtered("payment_ids"), nth)
        if not refund:
            return
        expected = Counter(self._residuals())
        for line in refund.line_ids:
            expected[line.move_line_id] -= line._get_amount_paid_out()
        refund.action_return("Random", "2024-04-10")
        self._assert_residuals(expected)
        self.done["give_back"] += 1

    def _step_reconcile(self, nth, other):
        """Somebody reconciles a credit with an invoice in core."""
        credit = self._nth(self._open_items(-1), nth)
        invoice = self._nth(self._open_items(1).filtered(lambda item: item.currency_id == credit.currency_id), other)
        if credit and invoice:
            (credit | invoice).reconcile()
            self.done["reconcile"] += 1

    # ------------------------------------------------------------------
    # What must hold
    # ------------------------------------------------------------------

    def _check_ledger(self):
        self.env.flush_all()
        items = self._items()
        for move in items.move_id:
            self.assertFalse(move.company_currency_id.round(sum(move.line_ids.mapped("balance"))), move.name)
        for currency in items.currency_id:
            of_currency = items.filtered(lambda item, currency=currency: item.currency_id == currency)
            self.assertAlmostEqual(
                sum(of_currency.mapped("amount_residual_currency")), sum(of_currency.mapped("amount_currency")), 2
            )
        self.assertAlmostEqual(sum(items.mapped("amount_residual")), sum(items.mapped("balance")), 2)
        for item in items:
            self._check_not_overused(item)
        for refund in self._find(("in_process", "paid")):
            self._check_paid(refund)

    def _check_paid(self, refund):
        """Each credit is reconciled with its own payment item and with invoices, in exactly what the refund says."""
        taken = Counter()
        for partial in self.env["account.partial.reconcile"].search([("client_refund_id", "=", refund.id)]):
            if partial.debit_move_id.payment_id in refund.payment_ids:
                kind = "paid"
            elif partial.debit_move_id in refund.offset_ids.move_line_id:
                kind = "settled"
            else:
                continue  # of an exchange difference
            taken[partial.credit_move_id, kind] += partial.credit_amount_currency
        for line in refund.line_ids:
            credit = line.move_line_id
            self.assertAlmostEqual(taken[credit, "paid"] + taken[credit, "settled"], line.amount, 2)
        self.assertAlmostEqual(sum(taken.values()), refund.amount_credit, 2)
        self.assertAlmostEqual(
            sum(amount for (_credit, kind), amount in taken.items() if kind == "paid"), refund.amount, 2
        )
        self.assertAlmostEqual(sum(refund.payment_ids.mapped("amount")), refund.amount, 2)
        self.assertFalse(
            any(
                refund.payment_ids.move_id.line_ids.filtered("account_id.reconcile")
                .filtered(lambda item: item.account_type == "asset_receivable")
                .mapped("amount_residual")
            )
        )

    def _check_not_overused(self, item):
        """No item is used beyond its amount, and what is reserved is what drafts hold."""
        residual, original = item.amount_residual_currency, item.amount_currency
        self.assertGreaterEqual(round(residual * original, 2), 0)
        self.assertLessEqual(round(abs(residual), 2), round(abs(original), 2))
        if not item.reconciled:
            self.assertGreaterEqual(round(item.amount_residual * item.balance, 2), 0)
        drafts = self._find(("draft", "to_approve"))
        held = sum(drafts.line_ids.filtered(lambda line: line.move_line_id == item).mapped("amount"))
        self.assertAlmostEqual(item.amount_refund_reserved, held, 2)

    # ------------------------------------------------------------------

    def _currency(self, foreign):
        return self.foreign if foreign else self.currency

    def _items(self):
        return self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.client.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ],
            order="id",
        )

    def _open_items(self, sign, currency=None):
        return self._items().filtered(
            lambda item: item.amount_residual_currency * sign > 0 and currency in (None, item.currency_id)
        )

    def _residuals(self):
        return {item: item.amount_residual_currency for item in self._items() if item.amount_residual_currency}

    def _assert_residuals(self, expected):
        """Compare all of the client's residuals; items of payments and exchange differences are settled."""
        actual = self._residuals()
        for item in actual.keys() | expected.keys():
            self.assertAlmostEqual(actual.get(item, 0), expected.get(item, 0), 2, item.display_name)

    def _find(self, states):
        return self.refunds.search([("partner_id", "=", self.client.id), ("state", "in", states)], order="id")

    def _nth(self, records, number):
        return records[number % len(records)] if records else records

    def _try(self, act):
        try:
            with self.env.cr.savepoint():
                act()
        except UserError:
            return False
        return True
