from odoo.tests import tagged

from odoo.addons.client_refund_bank.tests.common_camt import LINES, CamtCommon


# not run by default: the importer must be installed
@tagged("post_install", "-at_install", "-standard", "neighbour")
class TestNeighbourCamt(CamtCommon):
    """The file that OCA's `account_statement_import_camt` reads, in OCA's bank reconciliation."""

    def _get_proposed(self, line):
        return [vals["id"] for vals in line.reconcile_data_info["data"] if vals["kind"] == "other"]

    def test_matched_as_they_come_in(self):
        self.assertMatched(self._import(_test_account_reconcile_oca=True))

    def test_proposed(self):
        """In tests OCA's addon matches nothing by itself, so that it is seen what it proposes."""
        lines = self._import()
        for line, (_amount, number) in zip(lines, LINES, strict=True):
            paid = self.issued[number - 1 : number] if number else self.refunds
            self.assertEqual(self._get_proposed(line), self._get_leaving_items(paid.payment_ids).ids)
            if paid:
                line.reconcile_bank_line()
        self.assertMatched(lines)

    def test_returned_by_the_bank(self):
        """It stays open until somebody books the return, and is matched with that."""
        self.inbound_payment_method_line.payment_account_id = self.outstanding_receipts
        refund = self.issued[11]
        left, back = self._import()[-2:]
        left.reconcile_bank_line()
        self.assertEqual((refund.state, back.amount, self._get_proposed(back)), ("paid", 30, []))
        refund.action_return("Account closed", back.date)
        returned = refund.payment_ids - refund._get_outgoing_payments()
        back._add_account_move_line(self._get_leaving_items(returned))
        back.reconcile_bank_line()
        self.assertEqual((back.is_reconciled, refund.state, returned.state), (True, "canceled", "paid"))
        self.assertEqual(refund.line_ids.move_line_id.amount_residual, -30)
