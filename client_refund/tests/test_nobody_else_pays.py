from odoo.tests import tagged

from .common import ClientRefundCommon
from .ordinary_acts import OrdinaryActs


@tagged("post_install", "-at_install")
class TestNobodyElsePays(OrdinaryActs, ClientRefundCommon):
    """Ordinary accounting takes no more queries than without the addon, where refunds are in use and controlled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.client_refund_approval_policy = "never"
        cls._refund({cls._credit_note(10, partner=cls.other_client): None}, partner_id=cls.other_client.id)
        cls.company.client_refund_approval_policy = "always"

    def test_where_only_refunds_pay_clients(self):
        self.company.client_refund_only_by_refund = True
        for move_type in ("out_invoice", "in_invoice"):
            with self.subTest(move_type):
                self._assert_none_costs_more(
                    lambda move_type=move_type: {"pay": self._get_document_acts(move_type)["pay"]}
                )
