from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTours(ClientRefundCommon, HttpCase):
    """A billing clerk at the refund desk, in a browser: what is clicked is what the ledger says afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(1000)
        cls.payment = cls._payment(250)
        cls.credit_note = cls._credit_note(400)

    def _tour(self, name, record=None):
        self.start_tour(
            f"/odoo/{record._name}/{record.id}" if record else "/odoo/client-refunds",
            name,
            login=self.clerk.login,
        )
        return self.env["client.refund"].search([("partner_id", "=", self.client.id)])

    def _assert_ledger(self, refund, states, payment, credit_note):
        """One refund with one payment, and so much is left of the client's two credits."""
        self.assertEqual(len(refund), 1)
        self.assertEqual(len(refund.payment_ids), 1)
        self.assertIn(refund.state, states)
        self.assertEqual(refund.payment_ids.state, refund.state)
        self.assertEqual(refund.payment_ids.amount, refund.amount)
        self.assertEqual(refund.user_id, self.clerk)
        self.assertEqual(-self.payment.amount_residual, payment)
        self.assertEqual(-self.credit_note.amount_residual, credit_note)

    def test_from_menu(self):
        refund = self._tour("client_refund_from_menu")
        self._assert_ledger(refund, ISSUED_STATES, payment=0, credit_note=0)
        self.assertEqual(refund.amount, 650)

    def test_from_credit_note(self):
        refund = self._tour("client_refund_from_credit_note", self.credit_note.move_id)
        self._assert_ledger(refund, ISSUED_STATES, payment=250, credit_note=0)
        self.assertEqual(refund.amount, 400)

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

    def test_undo(self):
        refund_id = self.refunds.create_refund({"partner_id": self.client.id, "journal_id": self.bank.id})
        refund = self._tour("client_refund_undo", self.env["client.refund"].browse(refund_id))
        self._assert_ledger(refund, ("canceled",), payment=250, credit_note=400)
