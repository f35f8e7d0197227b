from odoo.tests import tagged

from odoo.addons.client_refund.tests.common_first import FirstRefundCommon


@tagged("post_install", "-at_install")
class TestFirstRun(FirstRefundCommon):
    """The first run in a fresh firm."""

    def test_by_run(self):
        receipt = self._pay(1200)
        ledger = self._ledger()
        row = self.env["client.credit"].search([("partner_id", "=", self.client.id)])
        self.assertRecordValues(row, [{"amount_refundable": 500, "amount_uncleared": 0, "held_back": False}])
        run = self.env["client.refund.run"].browse(row.action_prepare_run()["res_id"])
        run.action_prepare()
        self._work(run)
        self.assertFalse(run.skip_ids)
        run.action_submit()
        self._work(run)
        self.assertEqual(run.state, "done")
        self._assert_refunded_and_undone(run.refund_ids, receipt, ledger)

    def _work(self, run):
        """What the scheduler does."""
        while run.is_working:
            run.sudo()._process_chunk()
