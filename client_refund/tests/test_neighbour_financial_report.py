from odoo.tests import tagged

from .common import ClientRefundCommon
from .common_agreement import AgreementCases


# not run by default: the reports must be installed
@tagged("post_install", "-at_install", "-standard", "neighbour")
class TestNeighbourFinancialReport(AgreementCases, ClientRefundCommon):
    """The aged partner balance and the open items of OCA's `account_financial_report`."""

    def _get_figures(self, date):
        aged = self._get_report("aged_partner_balance", "aged.partner.balance.report.wizard", date)
        items = self._get_report("open_items", "open.items.report.wizard", date)
        residuals = [
            item["amount_residual"]
            for by_partner in items["Open_Items"].values()
            for partner_items in by_partner.values()
            for item in partner_items
        ]
        return {
            "aged partner balance": {"balance": sum(account["residual"] for account in aged["aged_partner_balance"])},
            "by age": {
                "balance": sum(
                    partner[age]
                    for account in aged["aged_partner_balance"]
                    for partner in account["partners"]
                    for age in ("current", "30_days", "60_days", "90_days", "120_days", "older")
                )
            },
            "open items": {
                "credit": -sum(amount for amount in residuals if amount < 0),
                "debt": sum(amount for amount in residuals if amount > 0),
            },
            "total of open items": {"balance": sum(account["residual"] for account in items["total_amount"].values())},
        }

    def _get_report(self, name, wizard_model, date):
        """The values that a report prints, of the client and its contact and of all receivable accounts."""
        wizard = self.env[wizard_model].create(
            {
                "company_id": self.company.id,
                "date_at": date,
                "account_ids": self.env["account.account"]
                .search([("account_type", "=", "asset_receivable"), ("company_ids", "in", self.company.ids)])
                .ids,
                "partner_ids": (self.client | self.contact).ids,
            }
        )
        data = {**wizard._prepare_report_data(), "date_at": str(date)}
        return self.env[f"report.account_financial_report.{name}"]._get_report_values(wizard.ids, data)
