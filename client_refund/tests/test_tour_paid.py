from odoo.tests import HttpCase, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourPaid(ClientRefundCommon, HttpCase):
    """A clerk says that money has left, in a browser."""

    def test_one(self):
        refund = self._refund({self._credit_note(400): None})
        self.start_tour(f"/odoo/client.refund/{refund.id}", "client_refund_mark_paid", login=self.clerk.login)
        self.assertRecordValues(refund, [{"state": "paid", "marked_paid_by_id": self.clerk.id}])

    def test_many(self):
        refunds = self._refund({self._credit_note(400): None}) | self._refund(
            {self._payment(50, partner=self.other_client): None}, partner_id=self.other_client.id
        )
        self.start_tour("/odoo/client-refunds", "client_refund_mark_paid_many", login=self.clerk.login)
        self.assertEqual(refunds.mapped("state"), ["paid", "paid"])
