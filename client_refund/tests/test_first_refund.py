from odoo.tests import Form, tagged

from .common_first import FirstRefundCommon


@tagged("post_install", "-at_install")
class TestFirstRefund(FirstRefundCommon):
    """The first refund in a fresh firm: nothing waits, whichever way it is made."""

    def test_in_the_wizard(self):
        receipt = self._pay(1200)
        ledger = self._ledger()
        form = Form(self.env["client.refund.wizard"])
        form.partner_id = self.client
        wizard = form.save()
        self.assertEqual(
            [(line.move_line_id, line.selected, line.amount, line.held_back) for line in wizard.line_ids],
            [(self.credit_note, True, 300, False), (receipt, True, 200, False)],
        )
        self.assertEqual((wizard.amount, wizard.needs_approval), (500, False))
        self.assertFalse([alert for alert in (wizard.alerts or {}).values() if alert["level"] == "danger"])
        refund = self.env["client.refund"].browse(wizard.action_refund()["res_id"])
        self._assert_refunded_and_undone(refund, receipt, ledger)

    def test_by_program(self):
        receipt = self._pay(1200)
        ledger = self._ledger()
        refunds = self.env["client.refund"]
        refund = refunds.browse(refunds.create_refund({"partner_id": self.client.id}))
        self._assert_refunded_and_undone(refund, receipt, ledger)

    def test_on_the_screen(self):
        self.start_tour(f"/odoo/customer-invoices/{self.invoice.id}", "client_refund_first", login="admin")
        refund = self.env["client.refund"].search([("partner_id", "=", self.client.id)])
        self.assertRecordValues(refund, [{"state": "canceled", "amount": 500, "cancel_reason": "Wrong client"}])
        self.assertEqual(len(refund.payment_ids), 1)
        self.assertEqual(self.credit_note.amount_residual, -300)
