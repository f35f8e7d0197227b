from odoo import models

from .client_refund_problems import raise_problems

PAYEE_FIELDS = frozenset({"acc_number", "bank_id", "partner_id", "sanitized_acc_number"})


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"
    # as it is with the clients themselves: a branch pays to the accounts of its parent's contacts
    _check_company_domain = models.check_company_domain_parent_of

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
            self.env["client.refund"]
            .sudo()
            .search([("partner_bank_id", "in", self.ids), ("state", "in", ("in_process", "paid"))])
        )
        raise_problems(
            self.env._(
                "Refund %(refund)s is on its way to account %(account)s, so the account can't become another one. "
                "Make a new account, or wait until the bank statement confirms the payment.",
                refund=refund.name,
                account=refund.partner_bank_id.acc_number,
            )
            for refund in refunds
            if refund._is_waiting_to_pay() or not all(refund._get_outgoing_payments().mapped("is_matched"))
        )
