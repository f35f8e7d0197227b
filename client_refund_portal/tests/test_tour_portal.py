from odoo.tests import tagged

from .common_portal import PortalRequestCase


class TourPortalCase(PortalRequestCase):
    """A client of whose credit something is paid back already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._refund({cls.credit_note: 100}, partner_bank_id=cls.account.id)


@tagged("post_install", "-at_install")
class TestTourPortal(TourPortalCase):
    """A client on the portal, and the clerk who answers, in a browser."""

    browser_size = "1366x768"

    def test_tour(self):
        self.start_tour("/my", "client_refund_portal", login=self.user.login)

        request = self._requests()
        self.assertRecordValues(
            request,
            [{"state": "draft", "amount": 200, "partner_bank_id": self.account.id, "partner_id": self.client.id}],
        )
        self.assertFalse(self.credit_note.amount_refundable)
        self.assertEqual(self._fetch(request, self.user), ["We closed our office", "Please hurry"])

    def test_decline(self):
        request = self._request()
        self.start_tour(f"/odoo/client.refund/{request.id}", "client_refund_portal_decline", login=self.clerk.login)
        self.assertRecordValues(
            request,
            [
                {
                    "state": "canceled",
                    "cancel_reason": "Asks each month",
                    "client_reason": "Your next invoice uses it up",
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestTourPortalPhone(TourPortalCase):
    """The same on a phone, where the client changes his mind."""

    browser_size = "375x667"
    touch_enabled = True

    def test_tour_on_a_phone(self):
        self.start_tour("/my/refunds", "client_refund_portal_phone", login=self.user.login)
        self.assertEqual(self._requests().state, "canceled")
        self.assertTrue(self._requests().withdrawn_on)
        self.assertEqual(self.credit_note.amount_refundable, 200)
