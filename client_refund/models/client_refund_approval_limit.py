from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class ClientRefundApprovalLimit(models.Model):
    """Up to how much a user may approve. Who has no limit may approve any amount."""

    _name = "client.refund.approval.limit"
    _description = "Refund Approval Limit"
    _order = "company_id, amount, id"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users",
        string="Approver",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('share', '=', False)]",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company.root_id,
        domain="[('parent_id', '=', False)]",
        help="The limit applies to this company and its branches.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        string="May Approve Up To",
        required=True,
        help="In the currency of the company. What the client was recently refunded counts too.",
    )

    _user_company_uniq = models.Constraint(
        "UNIQUE(user_id, company_id)", "This user already has a limit in this company. Change that limit."
    )
    _amount_positive = models.Constraint("CHECK(amount >= 0)", "A limit can't be negative.")

    @api.constrains("company_id")
    def _check_root_company(self):
        for limit in self:
            if limit.company_id.parent_id:
                raise ValidationError(
                    self.env._(
                        "%(branch)s is a branch. Set the limit of %(user)s in %(company)s: it applies to its "
                        "branches too.",
                        branch=limit.company_id.display_name,
                        user=limit.user_id.display_name,
                        company=limit.company_id.root_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        limits = super().create(vals_list)
        limits._check_not_own()
        return limits

    def write(self, vals):
        self._check_not_own()
        result = super().write(vals)
        self._check_not_own()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_own(self):
        self._check_not_own()

    def _check_not_own(self):
        """:raise AccessError: if one of these is the limit of who is at work"""
        if self.env.user in self.user_id:
            raise AccessError(self.env._("You can't set your own approval limit. Ask another administrator."))

    @api.model
    def _search_amounts(self, companies):
        """The limits in some companies.

        :param companies: res.company
        :return: dict, res.company: dict, res.users: amount in the currency of the company
        """
        # limits are for administrators and approvers to see, but hold for everybody; those of a company in its branches
        roots = companies.sudo().root_id
        limits = self.sudo().search([("company_id", "in", roots.ids)]).grouped("company_id")
        return {
            company: {limit.user_id.sudo(False): limit.amount for limit in limits.get(company.sudo().root_id, ())}
            for company in companies
        }

    @api.model
    def _get_approvers_by_document(self, totals):
        """Who may approve each of some documents: who has the right and the limit, and had no hand in it.

        :param totals: dict, record: amount in company currency that counts
        :return: dict, record: res.users
        """
        companies = self.env["res.company"].union(*(document.company_id for document in totals))
        limits = self._search_amounts(companies)
        return {
            document: self._get_approvers(document.company_id, total, limits[document.company_id])
            - document._get_contributors()
            for document, total in totals.items()
        }

    @api.model
    def _get_approvers(self, company, total, limits):
        """Who has the right and the limit to approve so much.

        :param company: res.company
        :param total: amount in the currency of the company
        :param limits: dict, res.users: amount, as of `_search_amounts`
        :return: res.users
        """
        # who may approve is not the asker's to read
        group = self.env.ref("client_refund.group_client_refund_approve").sudo()
        return group.all_user_ids.filtered(
            lambda user: (
                company in user.company_ids and company.currency_id.compare_amounts(total, limits.get(user, total)) <= 0
            )
        ).sudo(False)
