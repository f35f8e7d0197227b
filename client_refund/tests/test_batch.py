from unittest.mock import patch

from odoo.tests import tagged

from .common_run import ClientRefundRunCommon

WORK = "odoo.addons.client_refund.models.client_refund_run_work"
PREPARE = "odoo.addons.client_refund.models.client_refund_run_prepare"


@tagged("post_install", "-at_install")
class TestBatch(ClientRefundRunCommon):
    """Batch is the only path: what a refund costs must not grow with their number. Core's Pay wizard takes 125."""

    def _create_credits(self, number):
        """What as many new clients are owed: each has an overpayment and an entry.

        :return: account.move.line
        """
        clients = self.env["res.partner"].create(
            [
                {"name": f"Client {index}", "property_account_receivable_id": self.receivable.id}
                for index in range(number)
            ]
        )
        payments = self.env["account.payment"].create(
            [self._prepare_payment_vals(10, partner=client) for client in clients]
        )
        payments.action_post()
        moves = self.env["account.move"].create([self._prepare_entry_vals(10, partner=client) for client in clients])
        moves.action_post()
        credits = self._receivable_items(payments.move_id | moves)
        self.env.flush_all()
        self.env.invalidate_all()
        return credits

    def _count(self, act):
        """How many queries something takes until all is written."""
        before = self.env.cr.sql_log_count
        act()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

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

    def _count_of_run(self, refunds):
        """What a refund of a run costs, from the criteria to the payment."""
        run = self.runs._prepare_for_credits(self._create_credits(refunds))
        run.write({"journal_id": self.bank.id, "date": "2024-04-01"})
        self.env.flush_all()
        self.env.invalidate_all()

        def act():
            run.action_prepare()
            self._work(run)
            self._issue(run)

        queries = self._count(act)
        self.assertEqual((run.state, run.issued_count), ("done", refunds))
        return queries / refunds

    def test_queries_of_a_refund_in_a_run(self):
        """In chunks of 20: a run four times as large costs no more for each refund."""
        with patch(f"{WORK}.CHUNK", 20), patch(f"{PREPARE}.CHUNK", 20):
            self._count_of_run(1)  # what is cached once
            small, large = self._count_of_run(20), self._count_of_run(80)

        self.assertLessEqual(large, small)
        self.assertLess(large, 18)
