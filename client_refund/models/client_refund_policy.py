from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_amount


class ClientRefundPolicy(models.AbstractModel):
    """When the firm's policy wants somebody else to approve a refund."""

    _inherit = "client.refund.mixin"  # pylint: disable=consider-merging-classes-inherited

    def _get_approval_reasons(self, risks):
        """Why these refunds need approval.

        :param risks: dict, record: dict of kind of risk: message
        :return: dict, record: list of str, empty where none is due
        """
        limited = self.filtered(
            lambda record: record.company_id._get_client_refund_policy().client_refund_approval_policy == "above"
        )
        totals = limited._get_amounts_together()
        return {
            record: [
                *filter(None, [record._get_request_reason(), record._get_policy_reason(totals.get(record, 0.0))]),
                *risks[record].values(),
            ]
            for record in self
        }

    def _get_request_reason(self):
        """Why a refund that its client asked for wants an approval, even where no money leaves.

        :return: str or None
        """
        if not self._get_own_refund().is_client_request:
            return None
        return self.env._("The client asked for it on the portal.")

    def _get_policy_reason(self, total):
        """Why the company's policy wants an approval.

        :param total: amount in company currency, other refunds that count together included
        :return: str or None
        """
        self.ensure_one()
        policy = self.company_id._get_client_refund_policy()
        currency = self.company_id.currency_id
        if policy.client_refund_approval_policy == "always":
            return self.env._("Every refund needs approval.")
        if (
            policy.client_refund_approval_policy == "above"
            and self._is_paying()
            and currency.compare_amounts(total, policy.client_refund_approval_amount) > 0
        ):
            texts = {
                "total": format_amount(self.env, total, currency),
                "limit": format_amount(self.env, policy.client_refund_approval_amount, currency),
            }
            if currency.compare_amounts(total, self._get_amount_company_currency()):
                return self.env._(
                    "%(total)s is above %(limit)s, counting what the client was refunded within %(days)s days.",
                    **texts,
                    days=policy.client_refund_split_days,
                )
            return self.env._("%(total)s is above %(limit)s.", **texts)
        return None

    def _get_amounts_together(self):
        """What each of these refunds pays out, with the client's other refunds that count together.

        Branches count with their company, so that no amount is split over them.

        :return: dict, record: amount in company currency
        """
        # counted are also refunds of branches that the user may not see
        roots = self.company_id.sudo().root_id
        own = [refund.id for record in self if (refund := record._get_own_refund())]
        others = self.sudo()._get_refunds_lately(
            Domain("company_id", "child_of", roots.ids)
            # what is asked for together counts together
            & (Domain("state", "in", ("to_approve", "in_process", "paid")) | Domain("id", "in", own)),
            max(self.company_id._get_client_refund_policy().mapped("client_refund_split_days"), default=0),
        )
        return {
            record: record._get_amount_company_currency()
            + sum(
                refund.amount_company_currency
                for refund in others.get(record.partner_id.sudo(), ())
                if refund != record._get_own_refund()
                and refund.company_id.root_id == record.company_id.sudo().root_id
                and record._is_within_days(
                    refund, record.company_id._get_client_refund_policy().client_refund_split_days
                )
            )
            for record in self
        }

    def _get_amount_company_currency(self):
        """What is paid out, converted at the date of the refund."""
        self.ensure_one()
        if not self.currency_id or not self.company_id:
            return 0.0
        date = self.date or fields.Date.context_today(self)
        return self.currency_id._convert(self.amount, self.company_id.currency_id, self.company_id, date)
