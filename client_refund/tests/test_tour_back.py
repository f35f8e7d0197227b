from odoo.tests import HttpCase, tagged

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourBack(ClientRefundCommon, HttpCase):
    """A clerk goes back and reloads in the browser: whose list it was, is whose it stays."""

    def _tour(self, name, client):
        self.start_tour(f"/odoo/res.partner/{client.id}", name, login=self.clerk.login)

    def test_credits_of_a_client(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 1.0)])
        self.clerk.group_ids |= self.env.ref("base.group_multi_currency")
        self._credit_note(400)
        self._payment(50)
        self._credit_note(70, currency=currency)
        self._credit_note(80, partner=self.other_client)
        self._tour("client_refund_back_to_credits", self.client)
        clients = self.client | self.other_client
        self.assertFalse(self.env["client.refund"].search([("partner_id", "in", clients.ids)]))

    def test_refunds_of_a_client(self):
        credit_note = self._credit_note(100)
        self._refund({credit_note: 30})
        self._refund({credit_note: 20})
        self._refund({self._credit_note(80, partner=self.other_client): 80}, partner_id=self.other_client.id)
        self._tour("client_refund_back_to_refunds", self.client)

    def test_one_row(self):
        credit_note = self._credit_note(80)
        self._tour("client_refund_of_one_row", self.client)
        self.assertIn(credit_note.client_refund_line_ids.refund_id.state, ISSUED_STATES)
        self.assertFalse(credit_note.amount_residual)
