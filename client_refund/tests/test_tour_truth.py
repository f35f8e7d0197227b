from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourTruth(ClientRefundCommon, HttpCase):
    """A clerk goes on after a refused click, in a browser: what is shown is what happens."""

    def test_after_a_refused_click(self):
        self.env.company.write({"client_refund_approval_policy": "above", "client_refund_approval_amount": 1000})
        self.clerk.group_ids |= self.env.ref("base.group_partner_manager")
        own = self._bank_account("BE111")
        self._bank_account("BE222", partner=self.other_client)
        credit_note, payment = self._credit_note(400), self._payment(250)
        self._credit_note(80, partner=self.other_client)

        with mute_logger("odoo.http"):  # the refusals
            self.start_tour("/odoo/client-credits", "client_refund_truth", login=self.clerk.login)

        refund = credit_note.client_refund_line_ids.refund_id
        self.assertIn(refund.state, ISSUED_STATES)
        self.assertEqual((refund.amount, refund.partner_bank_id), (120, own))
        self.assertEqual((credit_note.amount_residual, payment.amount_residual), (-280, -250))
        self.assertFalse(self.env["client.refund"].search([("partner_id", "=", self.other_client.id)]))
