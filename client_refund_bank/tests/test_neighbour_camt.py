from odoo.tests import tagged

from .common_camt import CamtCommon


# not run by default: the importer must be installed
@tagged("post_install", "-at_install", "-standard", "neighbour")
class TestNeighbourCamt(CamtCommon):
    """The file that OCA's `account_statement_import_camt` reads, where nobody but this addon looks for the refunds."""

    def _import(self):
        # OCA's reconciliation, which other firms have, would look up the clients
        return super()._import(skip_retrieve_partner=True)

    def _match(self):
        return self.refunds.with_user(self.clerk).action_match_bank()["params"]["message"]

    def test_match_with_bank(self):
        lines = self._import()
        self.assertEqual(set(self.issued.mapped("state")), {"in_process"})
        message = self._match()
        self.assertMatched(lines)
        for refund in self.issued:
            self.assertEqual(refund.name in message, refund.state == "paid")

    def test_a_file_that_is_imported_twice_pays_once(self):
        lines = self._import()
        self._match()
        again = self._import()
        self.assertIn("No open bank statement line", self._match())
        self.assertMatched(lines)
        self.assertFalse(again.filtered("is_reconciled"))
