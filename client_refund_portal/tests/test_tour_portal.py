from odoo.tests import tagged

from .common_portal import PortalHttpCase


@tagged("post_install", "-at_install")
class TestTourPortal(PortalHttpCase):
    """A client on the portal, in a browser."""

    def test_tour(self):
        self.company.client_refund_portal_request = True
        credit_note = self._credit_note(300)
        self._refund({credit_note: 100}, partner_bank_id=self.account.id)

        self.start_tour("/my", "client_refund_portal", login=self.user.login)

        request = self.env["client.refund"].search([("is_client_request", "=", True)])
        self.assertRecordValues(
            request,
            [{"state": "draft", "amount": 200, "partner_bank_id": self.account.id, "partner_id": self.client.id}],
        )
        self.assertFalse(credit_note.amount_refundable)
