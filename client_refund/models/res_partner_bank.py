from odoo import models

from .client_refund_problems import raise_problems

PAYEE_FIELDS = frozenset({"acc_number", "bank_id", "partner_id", "sanitized_acc_number"})


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def write(self, vals):
        if PAYEE_FIELDS & vals.keys():
            self._check_no_refund_on_its_way()
        return super().write(vals)

    def _check_no_refund_on_its_way(self):
        """Refuse to turn an account into another one while money is on its way to it.

        :raise UserError: names account and refunds
        """
        # whoever changes the account may not see the refunds
        refunds = (
            self.env["client.refund"].sudo().search([("partner_bank_id", "in", self.ids), ("state", "=", "in_process")])
        )
        raise_problems(
            self.env._(
                "Refund %(refund)s is on its way to account %(account)s, so the account can't become another one. "
                "Make a new account, or wait until the refund is paid.",
                refund=refund.name,
                account=refund.partner_bank_id.acc_number,
            )
            for refund in refunds
        )
