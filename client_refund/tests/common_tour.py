from .common import ClientRefundCommon


class TourCommon(ClientRefundCommon):
    """A client with an invoice and two credits, and a clerk in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(1000)
        cls.payment = cls._payment(250)
        cls.credit_note = cls._credit_note(400)

    def _tour(self, name, record=None):
        self.start_tour(
            f"/odoo/{record._name}/{record.id}" if record else "/odoo/client-refunds",
            name,
            login=self.clerk.login,
        )
        return self.env["client.refund"].search([("partner_id", "=", self.client.id)])

    def _tour_as(self, user, name, record=None):
        self.start_tour(
            f"/odoo/{record._name}/{record.id}" if record else "/odoo/client-refunds", name, login=user.login
        )

    def _leave_open_of_invoice(self, amount):
        self.company.client_refund_offset_policy = "propose"
        (self.invoice | self._payment(self.invoice.amount_residual - amount)).reconcile()

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
