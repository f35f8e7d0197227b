from odoo.tests import HttpCase, tagged

from odoo.addons.client_refund.tests.common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourImport(ClientRefundCommon, HttpCase):
    """A clerk imports files of refunds, in a browser."""

    def test_import(self):
        credit_note = self._credit_note(400)

        self.start_tour("/odoo/client-refunds", "client_refund_import", login=self.clerk.login)

        refunds = self.env["client.refund"].search([("partner_id", "=", self.client.id)], order="id")
        self.assertRecordValues(
            refunds,
            [
                {"external_reference": "tour-1", "amount": 100, "state": "draft", "user_id": self.clerk.id},
                {"external_reference": "tour-2", "amount": 50, "state": "draft", "user_id": self.clerk.id},
            ],
        )
        self.assertEqual(refunds.line_ids.move_line_id, credit_note)
        self.assertEqual(credit_note.amount_refundable, 250)

    def test_import_with_wrong_rows(self):
        """What was made and what not stands on the screen."""
        credit_note = self._credit_note(400)

        self.start_tour("/odoo/client-refunds", "client_refund_import_wrong_rows", login=self.clerk.login)

        refunds = self.env["client.refund"].search([("partner_id", "=", self.client.id)], order="external_reference")
        self.assertEqual(
            [(refund.external_reference, refund.amount) for refund in refunds],
            [("tour-1", 100), ("tour-2", 70.5), ("tour-3", 20)],
        )
        self.assertEqual(credit_note.amount_refundable, 209.5)

    def test_import_in_steps(self):
        """A step with a wrong row does not stop the next one, and rows are counted from the first of the file."""
        credit_note = self._credit_note(400)

        self.start_tour("/odoo/client-refunds", "client_refund_import_steps", login=self.clerk.login)

        refunds = self.env["client.refund"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(len(refunds), 99)
        self.assertEqual(credit_note.amount_refundable, 301)
