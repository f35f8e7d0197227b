from odoo.tests import HttpCase, tagged

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES

from .common_tour import TourCommon


@tagged("post_install", "-at_install")
class TestToursShared(TourCommon, HttpCase):
    """The same on the screens that other modules change: `make test` runs them once more where all of those are."""

    def test_from_credit_note(self):
        refund = self._tour("client_refund_from_credit_note", self.credit_note.move_id)
        self._assert_ledger(refund, ISSUED_STATES, payment=250, credit_note=0)
        self.assertEqual(refund.amount, 400)

    def test_undo(self):
        refund_id = self.refunds.create_refund({"partner_id": self.client.id, "journal_id": self.bank.id})
        refund = self._tour("client_refund_undo", self.env["client.refund"].browse(refund_id))
        self._assert_ledger(refund, ("canceled",), payment=250, credit_note=400)

    def test_ask_and_approve(self):
        account = self._bank_account("BE111", trusted=False)
        self.client.bank_ids = account
        self._bank_receipt_matched_with_payment("BE111")

        refund = self._tour("client_refund_ask")
        self.assertRecordValues(
            refund, [{"state": "to_approve", "user_id": self.clerk.id, "partner_bank_id": account.id}]
        )
        self.assertFalse(refund.payment_ids)

        self._tour_as(self.approver, "client_refund_approve")
        self._assert_ledger(refund, ISSUED_STATES, payment=0, credit_note=0)
        self.assertEqual(refund.approver_id, self.approver)

    def _bank_receipt_matched_with_payment(self, number):
        """So that the account that the money came from is proposed, trusted or not."""
        payment = self._outstanding_payment(250)
        statement_item = self._bank_receipt(250, account_number=number)
        statement_item.account_id = self.outstanding_receipts
        (statement_item | payment.move_id.origin_payment_id._seek_for_lines()[0]).reconcile()
        self.payment.move_id.origin_payment_id.action_cancel()
        self.payment = payment

    def test_offset(self):
        self._leave_open_of_invoice(120)
        refund = self._tour("client_refund_offset")
        self._assert_ledger(refund, ISSUED_STATES, payment=0, credit_note=0)
        self.assertRecordValues(refund, [{"amount": 600, "amount_offset": 50}])
        self.assertEqual(self.invoice.amount_residual, 70)

    def test_worklist(self):
        self._credit_note(75, partner=self.other_client)
        refund = self._tour("client_refund_worklist")
        self._assert_ledger(refund, ISSUED_STATES, payment=0, credit_note=0)
        self.assertEqual(refund.amount, 650)

    def test_return(self):
        refund_id = self.refunds.create_refund({"partner_id": self.client.id, "journal_id": self.bank.id})
        refund = self._tour("client_refund_return", self.env["client.refund"].browse(refund_id))
        self.assertRecordValues(refund, [{"state": "canceled", "cancel_reason": "Account closed"}])
        self.assertEqual(len(refund.payment_ids), 2)
        self.assertEqual(-self.payment.amount_residual, 250)
        self.assertEqual(-self.credit_note.amount_residual, 400)
