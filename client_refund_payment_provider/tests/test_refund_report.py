from odoo.tests import tagged

from .common import BackToCardCommon


@tagged("post_install", "-at_install")
class TestRefundReport(BackToCardCommon):
    """The analysis tells what went back to the card from what was paid by bank."""

    def _rows(self, refund):
        self.env.flush_all()
        return (
            self.env["client.refund.report"]
            .with_user(self.clerk)
            .search([("refund_id", "=", refund.id)], order="amount desc, id")
        )

    def test_each_part_has_its_own_way(self):
        refund = self._card_refund(
            {self._card_credit(60): 60}, by_bank={self._credit_note(40): 40}, partner_bank_id=self.payee.id
        )
        rows = self._rows(refund)
        self.assertRecordValues(
            rows,
            [
                {
                    "amount": 60,
                    "journal_id": self.online.id,
                    "payment_method_line_id": self.method_line.id,
                    "refund_count": refund.id,
                },
                {
                    "amount": 40,
                    "journal_id": self.bank.id,
                    "payment_method_line_id": refund.payment_method_line_id.id,
                    "refund_count": refund.id,
                },
            ],
        )
        self.assertEqual(sum(rows.mapped("amount")), refund.amount_company_currency)

    def test_what_the_provider_could_not_refund_is_not_paid_out(self):
        refund = self._card_refund({self._card_credit(60): 60}, by_bank={self._credit_note(40): 40})
        with self._provider_answers("error"):
            self._work()
        rows = self._rows(refund)
        self.assertEqual(rows.mapped("amount"), [40, 0])
        self.assertEqual(sum(rows.mapped("amount")), refund.amount_company_currency)
