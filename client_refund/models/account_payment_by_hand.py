from odoo import models
from odoo.tools import format_amount

from ..tools.problems import raise_problems


class AccountPaymentByHand(models.Model):
    """Which payments that no refund made are refused: there is no way round refunds where the firm says so."""

    _inherit = "account.payment"  # pylint: disable=consider-merging-classes-inherited

    def _check_paid_by_refund(self):
        """Refuse to pay clients but by refunds, where the company says so, and to pay blocked ones at all.

        Payments that Odoo makes by itself, such as the refund of an online payment, have all rights: they pass.

        :raise UserError: names client, amount and what to do
        """
        if self.env.su:
            return
        by_hand = self.filtered(
            lambda payment: (
                payment.payment_type == "outbound"
                and not payment.client_refund_id
                and (
                    payment.destination_account_id.account_type == "asset_receivable"
                    # without an entry it is on no account
                    or (payment.partner_type == "customer" and not payment.outstanding_account_id)
                )
            )
        )
        raise_problems(problem for payment in by_hand for problem in payment._get_by_hand_problems())

    def _get_by_hand_problems(self):
        """Why the client can't be paid by this payment, which no refund made."""
        policy = self.company_id._get_client_refund_policy()
        texts = {
            "client": self.partner_id.display_name or self.env._("no client"),
            "payment": self.display_name,
            "amount": format_amount(self.env, self.amount, self.currency_id),
        }
        if policy.client_refund_approval_policy != "never":
            for block in self.partner_id._get_client_refund_blocks().values():
                problem = self.env._(
                    "%(client)s: %(payment)s of %(amount)s can't be posted: %(block)s", **texts, block=block
                )
                yield self, problem
        if policy.client_refund_only_by_refund and not self.env.user.has_group(
            "client_refund.group_client_refund_administer"
        ):
            problem = self.env._(
                "%(client)s: %(payment)s of %(amount)s can't be posted: %(company)s pays clients back only by "
                "refunds. Use Refund a Client instead, or ask an administrator of refunds to post it.",
                **texts,
                company=policy.name,
            )
            yield self, problem
