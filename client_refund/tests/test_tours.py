from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES

from .common_tour import TourCommon


@tagged("post_install", "-at_install")
class TestTours(TourCommon, HttpCase):
    """A billing clerk at the refund desk, in a browser: what is clicked is what the ledger says afterwards."""

    def test_from_menu(self):
        refund = self._tour("client_refund_from_menu")
        self._assert_ledger(refund, ISSUED_STATES, payment=0, credit_note=0)
        self.assertEqual(refund.amount, 650)

    def test_in_part(self):
        refund = self._tour("client_refund_in_part")
        self._assert_ledger(refund, ISSUED_STATES, payment=250, credit_note=250)
        self.assertEqual(refund.amount, 150)

    def test_mistyped(self):
        with mute_logger("odoo.http"):  # the refusal
            refund = self._tour("client_refund_mistyped")
        self._assert_ledger(refund, ISSUED_STATES, payment=250, credit_note=0.01)
        self.assertEqual(refund.amount, 399.99)
        self.assertEqual(refund.memo, "Thank you for your patience")

    def test_draft(self):
        refund = self._tour("client_refund_draft")
        self._assert_ledger(refund, ISSUED_STATES, payment=150, credit_note=400)
        self.assertEqual(refund.amount, 100)

    def test_reject(self):
        self.company.client_refund_approval_policy = "always"
        refund = self.refunds.browse(self.refunds.create_refund({"partner_id": self.client.id}))
        self._tour_as(self.approver, "client_refund_reject", refund)
        self.assertRecordValues(refund, [{"state": "canceled", "cancel_reason": "Ask the client for the account"}])
        self.assertEqual(-self.credit_note.amount_residual, 400)

    def test_settle_only(self):
        self._leave_open_of_invoice(120)
        refund = self._tour("client_refund_settle_only")
        self.assertRecordValues(refund, [{"state": "paid", "amount": 0, "amount_offset": 120}])
        self.assertFalse(refund.payment_ids)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertEqual(-self.payment.amount_residual, 130)
