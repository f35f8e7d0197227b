from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestBatch(ClientRefundCommon):
    """Batch is the only path: what a refund costs must not grow with their number."""

    REFUNDS = 100
    QUERIES_PER_REFUND = 12  # core's Pay wizard needs 125

    def test_queries_of_100_refunds_of_two_credits(self):
        clients = self.env["res.partner"].create(
            [
                {"name": f"Client {number}", "property_account_receivable_id": self.receivable.id}
                for number in range(self.REFUNDS)
            ]
        )
        credits = {client: self._make_credits(client) for client in clients}
        self.env.flush_all()
        self.env.invalidate_all()

        with self.assertQueryCount(self.REFUNDS * self.QUERIES_PER_REFUND):
            refunds = self.refunds.create(
                [
                    self._refund_values(dict.fromkeys(items, 10), partner_id=client.id)
                    for client, items in credits.items()
                ]
            )
            refunds.action_post()
            self.env.flush_all()

        self.assertEqual(len(refunds.payment_ids), self.REFUNDS)
        self.assertEqual(set(refunds.mapped("amount")), {20.0})
        for client, items in credits.items():
            self.assertEqual(items.mapped("amount_residual"), [0, 0], client.name)

    def _make_credits(self, client):
        return self._entry(10, partner=client) | self._entry(10, partner=client)
