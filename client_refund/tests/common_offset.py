from odoo import Command

from .common import ClientRefundCommon


class OffsetCommon(ClientRefundCommon):
    """A client who is owed by two documents, and owes for two others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.client_refund_offset_policy = "propose"
        cls.old_credit = cls._credit_note(100, date="2024-01-10")
        cls.new_credit = cls._credit_note(250, date="2024-02-10")
        cls.late_invoice = cls._invoice(80, date="2024-03-10")
        cls.early_invoice = cls._invoice(120, date="2024-01-20")

    def _offsets(self, amounts):
        return [
            Command.create({"move_line_id": invoice.id} | ({"amount": amount} if amount is not None else {}))
            for invoice, amount in amounts.items()
        ]

    def assertSettled(self, refund, expected):
        """Which credit settled which invoice: list of (credit, invoice, amount)."""
        partials = refund._get_offset_partials()
        self.assertEqual(
            sorted((p.credit_move_id.id, p.debit_move_id.id, p.debit_amount_currency) for p in partials),
            sorted((credit.id, invoice.id, amount) for credit, invoice, amount in expected),
        )
