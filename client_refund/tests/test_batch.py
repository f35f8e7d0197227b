from unittest.mock import patch

from odoo.tests import tagged

from .common_batch import BatchCommon


@tagged("post_install", "-at_install")
class TestBatch(BatchCommon):
    """Batch is the only path: what a refund costs must not grow with their number. Core's Pay wizard takes 125."""

    def test_queries_of_many_refunds_of_two_credits(self):
        credits = self._create_credits(40)
        vals_list = [
            self._refund_values(dict.fromkeys(items, 10), partner_id=client.id)
            for client, items in credits.grouped("partner_id").items()
        ]
        self.env.invalidate_all()

        queries = self._count(lambda: self.refunds.create(vals_list).action_post())

        self.assertLess(queries / 40, 8)
        refunds = self.env["client.refund"].search([("partner_id", "in", credits.partner_id.ids)])
        self.assertEqual(set(refunds.mapped("amount")), {20.0})
        self.assertEqual(len(refunds.payment_ids), 40)
        self.assertFalse(any(credits.mapped("amount_residual")))

    def test_the_ledger_is_asked_once_a_day_for_the_last_number(self):
        credits = self._create_credits(6)
        refunds = self.refunds.create(
            [
                self._refund_values(dict.fromkeys(items, 10), partner_id=client.id, date=f"{2024 + index % 2}-04-01")
                for index, (client, items) in enumerate(credits.grouped("partner_id").items())
            ]
        )
        moves = self.registry["account.move"]
        with patch.object(moves, "_get_last_sequence", autospec=True, side_effect=moves._get_last_sequence) as asked:
            refunds.action_post()

        # of a new period core looks at another one, too
        self.assertLessEqual(asked.call_count, 4)
        for of_year in refunds.payment_ids.move_id.grouped("date").values():
            numbers = sorted(of_year.mapped("sequence_number"))
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)))
            self.assertEqual(len(set(of_year.mapped("sequence_prefix"))), 1)
