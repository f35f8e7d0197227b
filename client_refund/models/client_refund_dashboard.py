from odoo import api, fields, models
from odoo.fields import Domain


class ClientRefundDashboard(models.Model):
    """The numbers above the list of refunds: what is to be done."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    is_returned_open = fields.Boolean(
        string="Returned, Credit Open",
        compute="_compute_is_returned_open",
        search="_search_is_returned_open",
        help="The bank sent the refund back, and some of its credits are still open.",
    )

    is_waiting = fields.Boolean(
        string="Waiting for Approval",
        compute="_compute_is_waiting",
        search="_search_is_waiting",
        help="Whether the refund waits for the approval of another user.",
    )

    @api.depends("write_date")
    def _compute_is_waiting(self):
        waiting = self.filtered_domain(self._get_waiting_domain())
        for refund in self:
            refund.is_waiting = refund in waiting

    @api.model
    def _search_is_waiting(self, operator, _values):
        return self._get_waiting_domain() if operator == "in" else NotImplemented

    @api.model
    def _get_waiting_domain(self):
        """Which refunds wait for somebody else to look.

        :return: Domain
        """
        return Domain("state", "=", "to_approve")

    @api.depends("returned_on", "line_ids.move_line_id")
    def _compute_is_returned_open(self):
        for refund in self:
            refund.is_returned_open = bool(refund.returned_on) and any(
                credit.amount_residual_currency < 0 for credit in refund.line_ids.move_line_id
            )

    @api.model
    def _search_is_returned_open(self, operator, _values):
        if operator != "in":
            return NotImplemented
        return Domain("returned_on", "!=", False) & Domain("line_ids.move_line_id.amount_residual_currency", "<", 0)

    @api.model
    def retrieve_dashboard(self):
        """What waits for somebody, in the companies that the user looks at.

        `open_credits` counts the rows of the worklist, `to_approve` the refunds that wait for somebody else to look,
        `in_process` those whose money has not left, and `returned` those that the bank sent back and of whose credits
        something is open still.

        :return: dict, for each of these: dict of `count` and `amount`, in the currency of the current company
        :raise AccessError: if the user may not read refunds
        """
        self.check_access("read")
        return {
            "currency_id": self.env.company.currency_id.id,
            "open_credits": self._get_dashboard_totals("client.credit", [], "amount_open_company_currency"),
            **{
                card: self._get_dashboard_totals(self._name, [condition], "amount_company_currency")
                for card, condition in (
                    ("to_approve", ("is_waiting", "=", True)),
                    ("in_process", ("state", "=", "in_process")),
                    ("returned", ("is_returned_open", "=", True)),
                )
            },
        }

    @api.model
    def _get_dashboard_totals(self, model, domain, amount_field):
        """How many records these are and what they amount to, in the currency of the current company.

        :param model: str, a model with a company
        :param domain: domain of its records
        :param amount_field: str, in the currency of the record's company
        :return: dict of `count` and `amount`
        """
        groups = self.env[model]._read_group(domain, ["company_id"], ["__count", f"{amount_field}:sum"])
        company, today = self.env.company, fields.Date.context_today(self)
        return {
            "count": sum(count for _company, count, _amount in groups),
            "amount": sum(
                group_company.currency_id._convert(amount, company.currency_id, company, today)
                for group_company, _count, amount in groups
            ),
        }
