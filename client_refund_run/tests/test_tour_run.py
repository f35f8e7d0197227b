from odoo.tests import HttpCase, tagged

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES
from odoo.addons.client_refund.tests.common_tour import TourCommon


@tagged("post_install", "-at_install")
class TestTourRun(TourCommon, HttpCase):
    """A billing clerk prepares, issues and undoes a run, in a browser."""

    def test_run(self):
        credit = self._credit_note(75, partner=self.other_client)
        self._invoice(500, partner=self.other_client)
        self.invoice.move_id.button_draft()
        refund = self._tour("client_refund_run")
        run = refund.run_id
        self.assertEqual((run.state, refund.state, refund.user_id), ("issuing", "to_approve", self.clerk))
        self._leave_alone(run)
        self._tour("client_refund_run_idle", run)
        self._work(run)
        self._assert_ledger(refund, ISSUED_STATES, payment=0, credit_note=0)
        self.assertEqual(refund.amount, 650)
        self.assertEqual(credit.amount_residual, -75)

        self._tour("client_refund_run_done", run)
        self._work(run)
        self.assertRecordValues(refund, [{"state": "canceled", "cancel_reason": "Wrong bank"}])
        self.assertEqual(-self.payment.amount_residual, 250)
        self.assertEqual(-self.credit_note.amount_residual, 400)

    def _leave_alone(self, run):
        """Five minutes go by, and no scheduler comes."""
        self.env.flush_all()
        for table in ("client_refund", "client_refund_run"):
            self.env.cr.execute(f"UPDATE {table} SET write_date = write_date - INTERVAL '5 minutes'")
        self.env.invalidate_all()

    def _work(self, run):
        """What the scheduler does."""
        while run.is_working:
            run.sudo()._process_chunk()
