from odoo.addons.client_refund.tests.common import ClientRefundCommon


class BankCommon(ClientRefundCommon):
    """Refunds that are to leave the bank, and lines of its statements."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.bank_ids = cls._bank_account("BE111")

    def _refund(self, amount, partner=None, account=None):
        """An issued refund, whose money is to leave the bank.

        :param account: str, the number of an account that the client gets
        """
        partner = partner or self.client
        if account:
            self._bank_account(account, partner)
        self._credit_note(amount, partner=partner)
        values = {"partner_id": partner.id, "journal_id": self.bank.id, "date": "2024-03-15"}
        refund = self.refunds.browse(self.refunds.create_refund(values))
        self.assertEqual((refund.state, refund.amount), ("in_process", amount))
        return refund

    def _line(self, amount, text, context=None, **values):
        """A line as a CAMT.053 file brings it: what the bank returns, and whom it names."""
        lines = self.env["account.bank.statement.line"].with_context(**context or {})
        return lines.create(
            {"journal_id": self.bank.id, "date": "2024-03-20", "amount": -amount, "payment_ref": text, **values}
        )
