from odoo import fields, models
from odoo.fields import Domain


class ClientRefundPolicy(models.AbstractModel):
    """When the firm's policy wants somebody else to approve a refund."""

    _inherit = "client.refund.mixin"  # pylint: disable=consider-merging-classes-inherited

    def _get_approval_reasons(self, risks):
        """Why these refunds need approval: what the policy says, and their risks, unless it says never.

        :param risks: dict, record: dict of kind of risk: values
        :return: dict, record: dict of code: values, as `_describe` takes them; empty where none is due
        """
        limited = self.filtered(
            lambda record: record.company_id._get_client_refund_policy().client_refund_approval_policy == "above"
        )
        totals = limited._get_amounts_together() if limited else {}
        return {
            record: record._get_policy_reason(totals.get(record, 0.0)) | risks[record]
            if record.company_id._is_client_refund_approval_wanted()
            else {}
            for record in self
        }

    def _get_policy_reason(self, total):
        """Why the company's policy wants an approval, whatever the risks.

        :param total: amount in company currency, other refunds that count together included
        :return: dict, code: values
        """
        self.ensure_one()
        reason = self.company_id._get_client_refund_policy_reason(total)
        if "above" in reason:
            if not self._is_paying():
                return {}
            is_alone = not self.company_id.currency_id.compare_amounts(total, self._get_amount_company_currency())
            policy = self.company_id._get_client_refund_policy()
            reason["above"]["days"] = 0 if is_alone else policy.client_refund_split_days
        return reason

    def _describe_above(self, values):
        texts = {
            "total": self._format_code_amount(values["total"]),
            "limit": self._format_code_amount(values["limit"]),
        }
        if values["days"]:
            return self.env._(
                "%(total)s is above %(limit)s, counting what the client was refunded within %(days)s days.",
                **texts,
                days=values["days"],
            )
        return self.env._("%(total)s is above %(limit)s.", **texts)

    def _get_change_reasons(self, reasons):
        """Why refunds that wait go on to wait where they are changed, however small they are made.

        :param reasons: dict, code: values, why the policy wants an approval of what they are now
        :return: dict, code: values
        """
        if reasons or not self.company_id._is_client_refund_approval_wanted():
            return reasons
        return {"changed_while_waiting": {}}

    def _describe_changed_while_waiting(self, _values):
        return self.env._("It was changed while it waited for approval.")

    def _get_amounts_together(self):
        """What each of these refunds pays out, with the client's other refunds that count together.

        Branches count with their company, so that no amount is split over them.

        :return: dict, record: amount in company currency
        """
        # counted are also refunds of branches that the user may not see
        roots = self.company_id.sudo().root_id
        own = [refund.id for record in self if (refund := record._get_own_refund())]
        others = self.sudo()._search_refunds_lately(
            Domain("company_id", "child_of", roots.ids)
            # what is asked for together counts together
            & (Domain("state", "in", ("to_approve", "in_process", "paid")) | Domain("id", "in", own)),
            "client_refund_split_days",
        )
        return {
            record: record._get_amount_company_currency()
            + sum(
                refund.amount_company_currency
                for refund in others.get(record.partner_id.sudo(), ())
                if refund != record._get_own_refund()
                and refund.company_id.root_id == record.company_id.sudo().root_id
                and record._is_within_days(refund, "client_refund_split_days")
            )
            for record in self
        }

    def _get_contributors(self):
        """Who had a hand in this refund, and so can't approve it."""
        raise NotImplementedError

    def _get_amount_company_currency(self):
        """What is paid out, at the rate of the refund's date or of today, whichever makes it more.

        An old date would pay more than the limit at a rate of long ago.
        """
        self.ensure_one()
        if not self.currency_id or not self.company_id:
            return 0.0
        today = fields.Date.context_today(self)
        return max(
            self.currency_id._convert(self.amount, self.company_id.currency_id, self.company_id, date)
            for date in {self.date or today, today}
        )
