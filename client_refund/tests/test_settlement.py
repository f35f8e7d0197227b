from contextlib import closing
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestSettlement(ClientRefundCommon):
    """Credits settle invoices in few calls of core, and the books say the same as pair by pair."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls._create_cash_basis_tax()

    def _documents(self, currency, count):
        """Two credit notes and a receipt, and invoices that end within them."""
        values = {"currency": currency, "tax_ids": self.tax}
        credits = (
            self._credit_note(100.01, date="2024-01-05", **values)
            | self._credit_note(33.33, date="2024-02-05", **values)
            | self._payment(77.77, currency=currency, date="2024-03-20")
        )
        invoices = self.env["account.move.line"].union(
            *(self._invoice(17.77 + number, date=f"2024-03-{number + 1:02}", **values) for number in range(count))
        )
        return credits, invoices

    def _books(self, items):
        """All that is booked for these items and their reconciliations, without numbers of records."""
        self.env.flush_all()
        self.env.invalidate_all()
        partials = items.matched_debit_ids | items.matched_credit_ids
        entries = self.env["account.move"].search([("tax_cash_basis_rec_id", "in", partials.ids)])
        order = list(items).index
        settled = partials.filtered(lambda partial: partial.debit_move_id in items and partial.credit_move_id in items)
        return {
            "residuals": [(item.amount_residual, item.amount_residual_currency, item.reconciled) for item in items],
            "states": items.move_id.mapped("payment_state"),
            "partials": [
                (
                    order(partial.credit_move_id),
                    order(partial.debit_move_id),
                    partial.amount,
                    partial.debit_amount_currency,
                    partial.credit_amount_currency,
                    partial.max_date,
                    self._lines(partial.exchange_move_id),
                    sorted(self._lines(e) for e in entries if e.tax_cash_basis_rec_id == partial),
                )
                for partial in settled.sorted(
                    lambda partial: (order(partial.credit_move_id), order(partial.debit_move_id))
                )
            ],
            "full": sorted(
                sorted(order(item) for item in full.reconciled_line_ids if item in items)
                for full in items.full_reconcile_id
            ),
        }

    @staticmethod
    def _lines(entry):
        return [
            (str(entry.date), item.account_id.code, item.amount_currency, item.balance, item.reconciled)
            for item in entry.line_ids.sorted("id")
        ]

    def _settle(self, credits, invoices):
        """Settle all invoices but a part of one, and keep a part of a credit.

        :return: client.refund
        """
        return self._refund(
            dict.fromkeys(credits) | {credits[2]: 20},
            offset_ids=[
                Command.create({"move_line_id": invoice.id} | ({"amount": 7} if invoice == invoices[5] else {}))
                for invoice in invoices
            ],
        )

    def _assert_as_pair_by_pair(self, currency):
        credits, invoices = self._documents(currency, 7)
        items = credits | invoices
        with (
            patch.object(
                self.registry["account.move.line"],
                "_group_settlements",
                lambda _items, settlements: [[settlement] for settlement in settlements],
            ),
            closing(self.cr.savepoint()),
        ):
            self._settle(credits, invoices)
            pair_by_pair = self._books(items)
        refund = self._settle(credits, invoices)
        self.assertEqual(self._books(items), pair_by_pair)
        refund.action_undo("Wrong client")
        self.assertFalse(any(items.mapped("reconciled")))

    def test_as_pair_by_pair(self):
        self._assert_as_pair_by_pair(self.currency)

    def test_as_pair_by_pair_in_another_currency(self):
        foreign = self.setup_other_currency(
            "EUR", rates=[("2024-01-01", 2.0), ("2024-03-05", 2.371), ("2024-03-15", 2.53)]
        )
        self._assert_as_pair_by_pair(foreign)

    def _count_queries(self, currency, count):
        """How many queries it takes to settle so many invoices from one credit."""
        credits = self._payment(500, currency=currency)
        invoices = self.env["account.move.line"].union(
            *(self._invoice(10, currency=currency, date="2024-02-05") for _number in range(count))
        )
        draft = self._draft(
            {credits: None},
            offset_ids=[Command.create({"move_line_id": invoice.id}) for invoice in invoices],
        )
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        draft.action_post()
        self.env.flush_all()
        self.assertRecordValues(draft, [{"amount_offset": 10 * count, "amount": 500 - 10 * count}])
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_invoices(self):
        """Core reads all reconciliations of a credit each time that one is added to it."""
        few, many = (self._count_queries(self.currency, count) for count in (2, 6))
        self.assertLess(many, few + 4)

    def test_queries_in_another_currency(self):
        """Each has an exchange difference, which core numbers and reconciles."""
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0), ("2024-03-01", 2.5)])
        few, many = (self._count_queries(foreign, count) for count in (2, 6))
        self.assertLess(many, few + 4 * 5)

    def test_refunds_of_one_credit_settle_one_invoice(self):
        """In one batch: each owns its own reconciliation."""
        credit, invoice = self._payment(100), self._invoice(60)
        drafts = self._draft({credit: 40}, offset_ids=[Command.create({"move_line_id": invoice.id, "amount": 25})])
        drafts |= self._draft({credit: 60}, offset_ids=[Command.create({"move_line_id": invoice.id, "amount": 35})])
        drafts.action_post()
        self.assertEqual(
            [draft._get_offset_partials().mapped("debit_amount_currency") for draft in drafts], [[25], [35]]
        )
        drafts[0].action_undo("Wrong client")
        self.assertEqual((invoice.amount_residual, credit.amount_residual), (25, -40))
