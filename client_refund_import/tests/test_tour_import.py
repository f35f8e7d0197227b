from odoo.tests import HttpCase, tagged

from odoo.addons.client_refund.tests.common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourImport(ClientRefundCommon, HttpCase):
    """A clerk imports a file with wrong rows, in a browser: what was made and what not stands on the screen."""

    def test_import_with_wrong_rows(self):
        credit_note = self._credit_note(400)

        self.start_tour("/odoo/client-refunds", "client_refund_import_wrong_rows", login=self.clerk.login)

        refunds = self.env["client.refund"].search([("partner_id", "=", self.client.id)], order="external_reference")
        self.assertEqual(
            [(refund.external_reference, refund.amount) for refund in refunds],
            [("tour-1", 100), ("tour-2", 70.5), ("tour-3", 20)],
        )
        self.assertEqual(credit_note.amount_refundable, 209.5)
