from odoo.tests import tagged

from .common import ClientRefundCommon
from .common_agreement import FOREVER, AgreementCases


@tagged("post_install", "-at_install")
class TestAgreement(AgreementCases, ClientRefundCommon):
    """Core's own figures: what a client's card, a partner ledger and the open items say."""

    def _get_figures(self, date):
        partners = self.client | self.contact
        items = self.env["account.move.line"]
        domain = [
            ("partner_id", "in", partners.ids),
            ("company_id", "=", self.company.id),
            ("account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("date", "<=", date),
        ]
        [(balance,)] = items._read_group(domain, [], ["balance:sum"])
        figures = {"partner ledger": {"balance": balance}}
        # what is open can't be asked for a day gone by
        if date == FOREVER:
            [(credit,)] = items._read_group([*domain, ("amount_residual", "<", 0)], [], ["amount_residual:sum"])
            [(debt,)] = items._read_group([*domain, ("amount_residual", ">", 0)], [], ["amount_residual:sum"])
            figures["open items"] = {"credit": -credit, "debt": debt}
            figures["client's card"] = {"balance": sum(partners.with_company(self.company).mapped("credit"))}
        return figures

    def test_the_refund_keeps_the_balance_of_the_ledger(self):
        """What the refund says of the client's balance before and after is what the ledger says in its currency."""
        for amounts, currency in (
            ({self.credit_note: 100, self.payment: None}, self.currency),
            ({self.foreign_credit: 40}, self.foreign),
        ):
            before = self._get_balance(currency)
            refund = self._refund(amounts, currency_id=currency.id)
            self.assertEqual((refund.balance_before, refund.balance_after), (before, self._get_balance(currency)))
            self.assertEqual(refund.balance_after - refund.balance_before, refund.amount)

    def _get_balance(self, currency):
        [(balance,)] = self.env["account.move.line"]._read_group(
            [
                ("partner_id", "in", (self.client | self.contact).ids),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("currency_id", "=", currency.id),
            ],
            [],
            ["amount_residual_currency:sum"],
        )
        return balance
