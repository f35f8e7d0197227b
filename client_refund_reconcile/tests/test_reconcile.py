from odoo.tests import tagged

from odoo.addons.client_refund_bank.tests.common import BankCommon


@tagged("post_install", "-at_install")
class TestReconcile(BankCommon):
    """The same in OCA's bank reconciliation: what is found is proposed, and matched as the line comes in."""

    def _incoming(self, amount, text, **values):
        """As an import brings it; in other tests OCA's addon leaves new lines alone."""
        return self._line(amount, text, context={"_test_account_reconcile_oca": True}, **values)

    def test_matched_as_it_comes_in(self):
        refund = self._refund(100)
        line = self._incoming(100, f"SEPA CT {refund.name}")
        self.assertTrue(line.is_reconciled)
        self.assertEqual(refund.state, "paid")

    def test_a_wrong_amount_is_not_proposed(self):
        refund = self._refund(100)
        line = self._incoming(90, refund.name, partner_id=self.client.id)
        self.assertEqual(refund.state, "in_process")
        kinds = [vals["kind"] for vals in line.reconcile_data_info["data"]]
        self.assertEqual(kinds, ["liquidity", "suspense"])

    def test_what_went_to_another_account_is_left_to_a_person(self):
        refund = self._refund(100)
        line = self._incoming(100, refund.name, account_number="BE999")
        self.assertEqual((line.is_reconciled, refund.state), (False, "in_process"))

    def test_a_wrong_amount_without_a_text_is_not_proposed(self):
        """An importer writes a slash then, and OCA's rule looks for that in all numbers."""
        refund = self._refund(100)
        line = self._incoming(90, "/", account_number="BE111")
        self.assertEqual((line.partner_id, line.is_reconciled, refund.state), (self.client, False, "in_process"))
        self.assertEqual(refund.payment_ids._seek_for_lines()[0].amount_residual, -100)

    def test_a_line_that_names_a_refund_takes_nothing_else(self):
        refund, credit = self._refund(100), self._credit_note(90, partner=self.other_client)
        line = self._incoming(90, "/", ref=refund.name, partner_id=self.other_client.id)
        self.assertEqual((line.is_reconciled, credit.amount_residual), (False, -90))

    def test_proposed(self):
        """Where nothing is matched by itself, the payment lies beside the line."""
        refund = self._refund(100)
        line = self._line(100, "Transfer", account_number="BE111")
        self.assertTrue(line.can_reconcile)
        self.assertFalse(line.is_reconciled)
        counterparts = [vals["id"] for vals in line.reconcile_data_info["data"] if vals["kind"] == "other"]
        self.assertEqual(counterparts, refund.payment_ids._seek_for_lines()[0].ids)
        line.reconcile_bank_line()
        self.assertEqual(refund.state, "paid")
