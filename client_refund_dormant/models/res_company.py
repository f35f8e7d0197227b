from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.client_refund.models.res_company import INTERNAL_GROUP


class ResCompany(models.Model):
    """From when on a credit is dormant, and where unclaimed money is booked."""

    _inherit = "res.company"

    client_refund_dormant_days = fields.Integer(
        groups=INTERNAL_GROUP,
        string="Dormant After (days)",
        help="Credits older than this number of days are entered in the dormant-credit register every night, so that "
        "somebody contacts the client. Nothing is booked. 0: nothing is entered.",
    )
    client_refund_dormant_attempts = fields.Integer(
        groups=INTERNAL_GROUP,
        string="Attempts Needed",
        default=1,
        help="The minimum number of attempts to reach the client before a dormant credit can be handed over.",
    )
    client_refund_unclaimed_account_id = fields.Many2one(
        "account.account",
        groups=INTERNAL_GROUP,
        string="Unclaimed Money",
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current')), ('reconcile', '=', True)]",
        help="The liability account for credits whose client can't be reached. It must allow reconciliation, so that "
        "later payments can be matched.",
    )
    client_refund_unclaimed_journal_id = fields.Many2one(
        "account.journal",
        groups=INTERNAL_GROUP,
        string="Hand-Over Journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="The journal that books hand-overs. None: the first miscellaneous journal.",
    )

    @api.constrains("client_refund_unclaimed_account_id", "client_refund_unclaimed_journal_id")
    def _check_client_refund_unclaimed(self):
        self._check_company(["client_refund_unclaimed_account_id", "client_refund_unclaimed_journal_id"])

    def _get_client_dormant_domain(self):
        """Which open credits of these companies are dormant. What is never refunded, such as trust money, never is.

        :return: Domain of account.move.line
        """
        today = fields.Date.context_today(self)
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date", "<=", today - timedelta(days=days))
            & Domain("account_id", "not in", company._get_client_refund_excluded_accounts().ids)
            & Domain("partner_id", "!=", False)
            for company in self
            if (days := company._get_client_refund_policy().client_refund_dormant_days) > 0
        )

    def _is_client_refund_unclaimed_set(self):
        """Whether the settings say how to book unclaimed money: as a debt that stays one, not as income."""
        # the account may have changed since it was chosen
        account = self._get_client_refund_policy().client_refund_unclaimed_account_id
        return (
            account.account_type in ("liability_current", "liability_non_current")
            and account.reconcile
            and self._get_client_refund_unclaimed_journal().type == "general"
        )

    def _get_client_refund_unclaimed_journal(self):
        """The journal that books hand-overs of dormant credits.

        :return: account.journal
        """
        journals = self.env["account.journal"]
        # the policy of a parent company counts also for who may not see it
        return self._get_client_refund_policy().client_refund_unclaimed_journal_id.sudo(False) or journals.search(
            [*journals._check_company_domain(self), ("type", "=", "general")], limit=1
        )
