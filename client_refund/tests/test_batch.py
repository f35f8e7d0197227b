from odoo.tests import tagged

from .common_batch import BatchCommon


@tagged("post_install", "-at_install")
class TestBatch(BatchCommon):
    """Batch is the only path: what a refund costs must not grow with their number. Core's Pay wizard takes 125."""

    def test_queries_of_100_refunds_of_two_credits(self):
        credits = self._create_credits(100)
        vals_list = [
            self._refund_values(dict.fromkeys(items, 10), partner_id=client.id)
            for client, items in credits.grouped("partner_id").items()
        ]
        self.env.invalidate_all()

        queries = self._count(lambda: self.refunds.create(vals_list).action_post())

        self.assertLess(queries / 100, 10)
        refunds = self.env["client.refund"].search([("partner_id", "in", credits.partner_id.ids)])
        self.assertEqual(set(refunds.mapped("amount")), {20.0})
        self.assertEqual(len(refunds.payment_ids), 100)
        self.assertFalse(any(credits.mapped("amount_residual")))
