from odoo.tests import HttpCase, tagged

from .common_tour import TourCommon


@tagged("post_install", "-at_install")
class TestTourDesk(TourCommon, HttpCase):
    """A total is typed, and what is issued is transferred, on a small screen that is zoomed in."""

    browser_size = "1138x640"

    def test_type_a_total(self):
        refund = self._tour("client_refund_desk_total")
        self._assert_ledger(refund, ("in_process", "paid"), payment=150, credit_note=0)

    def test_no_amount(self):
        refund = self._tour("client_refund_desk_no_amount")
        self._assert_ledger(refund, ("in_process", "paid"), payment=0, credit_note=300)

    def test_keyboard(self):
        refund = self._tour("client_refund_desk_keyboard")
        self._assert_ledger(refund, ("in_process", "paid"), payment=0, credit_note=200)

    def test_transfer(self):
        self.client.bank_ids = self._bank_account("BE111")
        refund_id = self.refunds.create_refund({"partner_id": self.client.id, "journal_id": self.bank.id})
        refund = self.refunds.browse(refund_id)
        self.start_tour("/odoo/client-refunds-to-transfer", "client_refund_desk_transfer", login=self.clerk.login)
        self.assertRecordValues(refund, [{"state": "paid", "marked_paid_by_id": self.clerk.id}])
