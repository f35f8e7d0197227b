from odoo import models

from odoo.addons.base.models.res_bank import sanitize_account_number


class ClientRefundWizardPayee(models.TransientModel):
    """What the clerk should know of the account that the money goes to."""

    _inherit = "client.refund.wizard"  # pylint: disable=consider-merging-classes-inherited

    def _get_payee_alerts(self):
        """The banners about the payee account.

        :return: dict, as `_get_alerts`
        """
        self.ensure_one()
        return {
            "other_account_currency": self._get_other_account_currency_alert(),
            "no_payee_account": self._get_no_payee_account_alert(),
        }

    def _get_other_account_currency_alert(self):
        account = self.partner_bank_id
        if account.currency_id in (self.currency_id, account.currency_id.browse()):
            return None
        return {
            "level": "warning",
            "message": self.env._(
                "Account %(account)s is in %(account_currency)s, the refund in %(currency)s. The bank may convert the "
                "money, or send it back. Choose an account in %(currency)s if the client has one.",
                account=account.acc_number,
                account_currency=account.currency_id.name,
                currency=self.currency_id.name,
            ),
        }

    def _get_no_payee_account_alert(self):
        """A transfer that names no account may be issued, but not without a word."""
        if (
            self.partner_bank_id
            or not self._is_paying_from_journal()
            or not self.env["client.refund"]._is_paid_to_account(self.journal_id, self.payment_method_line_id)
        ):
            return None
        return {
            "level": "warning",
            "message": " ".join(
                [
                    self.env._("No payee account is chosen, so the payment says not to which account the money goes."),
                    *self._get_unusable_accounts_messages(),
                ]
            ),
            "action_text": self.env._("View client"),
            "action": self._open_in_new_tab(self.partner_id),
        }

    def _get_unusable_accounts_messages(self):
        """Why the client's accounts are not chosen, or not even offered.

        :return: list of str
        """
        if self.available_partner_bank_ids:
            return [self.env._("Choose one, or mark an account of the client as trusted.")]
        # what the user may not see is named as such, with nothing that it says
        accounts = (
            self.env["res.partner.bank"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id.commercial_partner_id", "in", self.partner_id.commercial_partner_id._origin.ids)])
        )
        if not accounts:
            return [self.env._("Add the account to the client, if there is one.")]
        visible = accounts.sudo(False)._filtered_access("read")
        own_numbers = self._get_own_account_numbers()
        return [
            self._get_unusable_reason(account, own_numbers) for account in visible.sorted("sequence")
        ] + ([self.env._("The client has accounts of another company.")] if accounts.sudo(False) - visible else [])

    def _get_unusable_reason(self, account, own_numbers):
        """Why an account of the client is not offered.

        :param own_numbers: set of the account numbers of all companies
        :return: str
        """
        if not account.active:
            return self.env._("Account %(account)s is archived.", account=account.acc_number)
        if sanitize_account_number(account.acc_number) in own_numbers:
            return self.env._(
                "Account %(account)s is that of a company of this database.", account=account.acc_number
            )
        return self.env._(
            "Account %(account)s belongs to company %(company)s.",
            account=account.acc_number,
            company=account.company_id.display_name,
        )
