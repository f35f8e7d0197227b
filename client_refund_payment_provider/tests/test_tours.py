from odoo.tests import HttpCase, tagged

from .common import BackToCardCommon


@tagged("post_install", "-at_install")
class TestTours(BackToCardCommon, HttpCase):
    """A billing clerk sends money back to the card, in a browser on a small screen."""

    browser_size = "1138x640"

    def test_back_to_card(self):
        """60 of 100 that were paid online go back to the card, 40 of a credit note to the bank account."""
        card, note = self._card_credit(100), self._credit_note(40)
        self._let_bank_confirm(card.date, journal=self.online)
        self.start_tour("/odoo/client-refunds", "client_refund_back_to_card", login=self.clerk.login)
        refund = self.env["client.refund"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(
            {payment.journal_id: payment.amount for payment in refund.payment_ids}, {self.online: 60, self.bank: 40}
        )
        self.assertEqual((card.amount_residual, note.amount_residual), (-40, 0))
        self.assertEqual(self._online_refund(refund).amount, -60)

    def test_failed(self):
        """Who opens the refund sees that the card refused, and why."""
        refund = self._card_refund({self._card_credit(100): 100})
        with self._provider_answers("error"):
            self._work()
        self.start_tour(f"/odoo/client.refund/{refund.id}", "client_refund_card_failed", login=self.clerk.login)

    def test_unknown(self):
        """The approver has looked at the provider, and says that it was refunded."""
        refund = self._card_refund({self._card_credit(100): 100})
        self._online_refund(refund).client_refund_call = "unknown"
        self.start_tour(f"/odoo/client.refund/{refund.id}", "client_refund_card_unknown", login=self.approver.login)
        self.assertEqual(refund.line_ids.provider_status, "done")
