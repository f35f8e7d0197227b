from odoo.tests import HttpCase, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourDashboard(ClientRefundCommon, HttpCase):
    """What is to be done and what was done, as a clerk and an approver see it in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._refund({cls._payment(250, partner=cls.other_client): None}, partner_id=cls.other_client.id)
        third_client = cls._create_client("Cedar Partners")
        returned = cls._refund({cls._payment(750, partner=third_client): 75}, partner_id=third_client.id)
        returned.action_return("Account closed", "2024-04-10")
        cls.company.client_refund_approval_policy = "always"
        cls.waiting = cls._draft({cls._payment(400): None})
        cls.waiting.action_submit()

    def _tour(self, name, user):
        self.start_tour("/odoo/client-refunds", name, login=user.login)

    def test_dashboard(self):
        self._tour("client_refund_dashboard", self.clerk)

    def test_dashboard_follows_what_is_done(self):
        self._tour("client_refund_dashboard_follows", self.approver)
        self.assertEqual(self.waiting.approver_id, self.approver)

    def test_analysis(self):
        self._tour("client_refund_analysis", self.clerk)
