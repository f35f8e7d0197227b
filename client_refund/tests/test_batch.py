from unittest.mock import patch

from odoo.tests import tagged

from .common import ClientRefundCommon
from .common_run import ClientRefundRunCommon

WORK = "odoo.addons.client_refund.models.client_refund_run_work"
PREPARE = "odoo.addons.client_refund.models.client_refund_run_prepare"


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


@tagged("post_install", "-at_install")
class TestBatchOfRun(ClientRefundRunCommon):
    """What a refund costs must not grow with the size of its run."""

    QUERIES_PER_REFUND = 18  # prepared, checked and issued

    def _count_queries(self, refunds):
        """What a refund of a run costs, in queries: everything from criteria to payment."""
        clients = self.env["res.partner"].create(
            [
                {"name": f"Client {number}", "property_account_receivable_id": self.receivable.id}
                for number in range(refunds)
            ]
        )
        credits = self.env["account.move.line"].union(
            *(self._entry(10, partner=client) for client in clients for _credit in range(2))
        )
        run = self.runs._prepare_for_credits(credits)
        run.write({"journal_id": self.bank.id, "date": "2024-04-01"})
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        run.action_prepare()
        self._work(run)
        self._issue(run)
        self.env.flush_all()
        self.assertEqual((run.state, run.issued_count), ("done", refunds))
        return (self.env.cr.sql_log_count - before) / refunds

    def test_queries_of_a_refund_in_a_run(self):
        with patch(f"{WORK}.CHUNK", 20), patch(f"{PREPARE}.CHUNK", 20):
            self._count_queries(1)  # what is cached once
            small, large = self._count_queries(20), self._count_queries(80)

        print("queries", small, large)
        self.assertLessEqual(large, small)
        self.assertLess(large, self.QUERIES_PER_REFUND + 5)
