from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.client_refund.tests.common_batch import BatchCommon

from .common_run import ClientRefundRunCommon

WORK = "odoo.addons.client_refund_run.models.client_refund_run_work"


@tagged("post_install", "-at_install")
class TestRunBatch(BatchCommon, ClientRefundRunCommon):
    """What a refund costs in a run must not grow with their number."""

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
        """In chunks of 20: a run twice as large costs no more for each refund."""
        with patch(f"{WORK}.CHUNK", 20):
            self._count_of_run(1)  # what is cached once
            small, large = self._count_of_run(20), self._count_of_run(40)

        self.assertLessEqual(large, small)
        self.assertLess(large, 18)
