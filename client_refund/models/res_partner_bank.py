from odoo import models

from odoo.addons.base.models.res_bank import sanitize_account_number

from .client_refund_problems import raise_problems


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def write(self, vals):
        self.filtered(lambda account: account._becomes_another(vals))._check_no_refund_on_its_way()
        return super().write(vals)

    def _becomes_another(self, vals):
        """Whether values make this another account, or that of somebody else."""
        numbers = [vals[name] for name in ("acc_number", "sanitized_acc_number") if name in vals]
        return any(sanitize_account_number(number) != self.sanitized_acc_number for number in numbers) or (
            "partner_id" in vals and vals["partner_id"] != self.partner_id.id
        )

    def _check_no_refund_on_its_way(self):
        """Refuse to turn an account into another one while money is on its way to it, and a new account is a risk.

        :raise UserError: names account and refunds
        """
        if not self:
            return
        # whoever changes the account may not see the refunds
        refunds = (
            self.env["client.refund"]
            .sudo()
            .search([("partner_bank_id", "in", self.ids), ("state", "in", ("in_process", "paid"))])
            .filtered(lambda refund: not refund.booked_on or refund._is_recent(refund.booked_on))
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
