from odoo import models

from odoo.addons.base.models.res_bank import sanitize_account_number


class ClientRefundWizardPayee(models.TransientModel):
    """What the clerk should know of the account that the money goes to."""

    _inherit = "client.refund.wizard"  # pylint: disable=consider-merging-classes-inherited

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
        """A transfer to a client with accounts may name none of them, but not without a word.

        Where the client has none on file, the empty field says so: a firm may keep no accounts of its clients.
        """
        if (
            self.partner_bank_id
            or len(self._get_origin_accounts()) > 1
            or not self._is_paying_from_journal()
            or not self.env["client.refund"]._is_paid_to_account(self.journal_id, self.payment_method_line_id)
            or not (reasons := self._get_unusable_reasons())
        ):
            return None
        return {
            "level": "warning",
            "message": " ".join([self.env._("No payee account is chosen, the payment names none."), *reasons]),
            "action_text": self.env._("View client"),
            "action": self._open_in_new_tab(self.partner_id),
        }

    def _get_unusable_reasons(self):
        """Why the client's accounts are not chosen, or not even offered.

        :return: list of str, empty where the client has none
        """
        if self.available_partner_bank_ids:
            return [self.env._("Choose one, or mark an account of the client as trusted.")]
        # what the user may not see is named as such, with nothing that it says
        banks = self.env["res.partner.bank"].sudo().with_context(active_test=False)
        client = self.partner_id.commercial_partner_id._origin
        accounts = banks.search([("partner_id.commercial_partner_id", "in", client.ids)]).sudo(False)
        if not accounts:
            return []
        visible = accounts._filtered_access("read")
        own_numbers = self._search_own_account_numbers()
        reasons = [self._get_unusable_reason(account, own_numbers) for account in visible]
        return reasons + ([self.env._("The client has accounts of another company.")] if accounts - visible else [])

    def _get_unusable_reason(self, account, own_numbers):
        """Why an account of the client is not offered.

        :param own_numbers: set of the account numbers of all companies
        :return: str
        """
        if not account.active:
            return self.env._("Account %(account)s is archived.", account=account.acc_number)
        if sanitize_account_number(account.acc_number) in own_numbers:
            return self.env._("Account %(account)s is that of a company of this database.", account=account.acc_number)
        return self.env._(
            "Account %(account)s belongs to company %(company)s.",
            account=account.acc_number,
            company=account.company_id.display_name,
        )
