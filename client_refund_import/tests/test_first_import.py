from odoo.tests import tagged

from odoo.addons.client_refund.tests.common_first import FirstRefundCommon


@tagged("post_install", "-at_install")
class TestFirstImport(FirstRefundCommon):
    """The first refund in a fresh firm, from a file: nothing waits."""

    def test_by_import(self):
        receipt = self._pay(1200)
        ledger = self._ledger()
        result = self.env["client.refund"].load(
            ["partner_id", "amount_to_refund", "external_reference"], [["C-1042", "500", "shop-1"]]
        )
        self.assertFalse(result["messages"])
        refund = self.env["client.refund"].browse(result["ids"])
        refund.action_submit()
        self._assert_refunded_and_undone(refund, receipt, ledger)
