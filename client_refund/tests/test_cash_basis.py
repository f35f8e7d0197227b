from odoo import Command
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestCashBasis(ClientRefundCommon):
    """Tax that is due when money moves: each refund of a credit note moves its part, and undo takes it back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls._create_cash_basis_tax()

    def _tax_of(self, refund):
        """What the cash-basis entries of a refund's reconciliations move to the tax account."""
        entries = self.env["account.move"].search(
            [("tax_cash_basis_rec_id", "in", refund.line_ids.payment_line_id.matched_credit_ids.ids)]
        )
        account = self.company_data["default_account_tax_sale"]
        return sum(entries.line_ids.filtered(lambda item: item.account_id == account).mapped("balance"))

    def _credit_note_with_tax(self):
        credit_note = self._credit_note(100, tax_ids=self.tax)
        self.assertEqual(credit_note.amount_residual, -116)
        return credit_note

    def test_parts_one_after_the_other(self):
        credit_note = self._credit_note_with_tax()
        first = self._refund({credit_note: 58})
        second = self._refund({credit_note: 58}, date="2024-05-10")
        self.assertEqual((self._tax_of(first), self._tax_of(second)), (8, 8))

    def test_parts_in_one_batch(self):
        credit_note = self._credit_note_with_tax()
        first = self._draft({credit_note: 58})
        second = self._draft({credit_note: 58}, date="2024-05-10")
        (first | second).action_post()
        self.assertEqual((self._tax_of(first), self._tax_of(second)), (8, 8))

    def test_undo(self):
        credit_note = self._credit_note_with_tax()
        account = self.company_data["default_account_tax_sale"]
        before = self._ledger()
        refund = self._refund({credit_note: 58})
        self.assertEqual(self._tax_of(refund), 8)

        refund.action_undo("Wrong client")

        self.assertEqual({item: values for item, values in self._ledger().items() if item in before}, before)
        balance = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        self.assertEqual(sum(balance.mapped("balance")), 0)

    def test_settled_with_an_invoice(self):
        """The settled part moves the tax of both, and undo takes that back."""
        account = self.company_data["default_account_tax_sale"]

        def moved():
            items = self.env["account.move.line"].search(
                [("account_id", "=", account.id), ("move_id.tax_cash_basis_origin_move_id", "!=", False)]
            )
            return [
                sum(
                    items.filtered(lambda item, move=move: item.move_id.tax_cash_basis_origin_move_id == move).mapped(
                        "balance"
                    )
                )
                for move in (credit_note.move_id, invoice.move_id)
            ]

        credit_note, invoice = self._credit_note_with_tax(), self._invoice(50, tax_ids=self.tax)
        self.assertEqual(invoice.amount_residual, 58)
        refund = self._refund({credit_note: 58}, offset_ids=[Command.create({"move_line_id": invoice.id})])
        self.assertRecordValues(refund, [{"state": "paid", "amount": 0, "amount_offset": 58}])
        self.assertEqual(moved(), [8, -8])
        refund.action_undo("Wrong client")
        self.assertEqual(moved(), [0, 0])
        self.assertEqual((credit_note | invoice).mapped("amount_residual"), [-116, 58])
