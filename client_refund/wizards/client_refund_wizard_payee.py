from odoo import models


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
        ):
            return None
        message = self.env._("No payee account is chosen, so the payment names none.")
        if self.available_partner_bank_ids:
            message += " " + self.env._("Choose one, or mark an account of the client as trusted.")
        elif self._has_unusable_accounts():
            message += " " + self.env._(
                "The client's accounts can't be used: they are archived, of another company, or of a company in this "
                "database."
            )
        else:
            return None
        return {
            "level": "warning",
            "message": message,
            "action_text": self.env._("View Client"),
            "action": self._open_in_new_tab(self.partner_id),
        }

    def _has_unusable_accounts(self):
        # that there is one may be told to who may not see it
        banks = self.env["res.partner.bank"].sudo().with_context(active_test=False)
        client = self.partner_id.commercial_partner_id._origin
        return bool(banks.search_count([("partner_id.commercial_partner_id", "in", client.ids)], limit=1))
