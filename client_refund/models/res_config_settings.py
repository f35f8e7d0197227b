from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_refund_approval_policy = fields.Selection(
        related="company_id.root_id.client_refund_approval_policy", readonly=False
    )
    client_refund_approval_amount = fields.Monetary(
        related="company_id.root_id.client_refund_approval_amount", readonly=False
    )
    client_refund_only_by_refund = fields.Boolean(
        related="company_id.root_id.client_refund_only_by_refund", readonly=False
    )
    client_refund_approval_warning = fields.Char(compute="_compute_client_refund_approval_warning")
    client_refund_split_days = fields.Integer(related="company_id.root_id.client_refund_split_days", readonly=False)
    client_refund_bank_change_days = fields.Integer(
        related="company_id.root_id.client_refund_bank_change_days", readonly=False
    )
    client_refund_duplicate_days = fields.Integer(
        related="company_id.root_id.client_refund_duplicate_days", readonly=False
    )
    client_refund_offset_policy = fields.Selection(
        related="company_id.root_id.client_refund_offset_policy", readonly=False
    )
    client_refund_send_notice = fields.Boolean(related="company_id.root_id.client_refund_send_notice", readonly=False)
    client_refund_excluded_account_ids = fields.Many2many(
        related="company_id.client_refund_excluded_account_ids", readonly=False
    )
    client_refund_journal_ids = fields.Many2many(related="company_id.client_refund_journal_ids", readonly=False)

    @api.depends("client_refund_approval_policy", "company_id")
    def _compute_client_refund_approval_warning(self):
        """A policy that nobody can fulfil: nobody approves what they asked for."""
        for settings in self:
            company = settings.company_id.root_id
            approvers = self.env["client.refund.approval.limit"]._get_approvers(company, 0.0, {})
            is_fulfilled = settings.client_refund_approval_policy == "never" or len(approvers) > 1
            settings.client_refund_approval_warning = (
                False if is_fulfilled else settings._get_client_refund_approval_warning(company, approvers)
            )

    @api.onchange("client_refund_approval_policy")
    def _onchange_client_refund_approval_policy(self):
        """Who wants refunds approved wants no way round it; unticked it is by who knows why."""
        saved = self.company_id._get_client_refund_policy()
        wanted, was_wanted = (settings.client_refund_approval_policy != "never" for settings in (self, saved))
        self.client_refund_only_by_refund = saved.client_refund_only_by_refund if wanted == was_wanted else wanted

    def _get_client_refund_approval_warning(self, company, approvers):
        cure = self.env._(
            "Give another user of the company the right to approve refunds, or choose that no refund needs approval."
        )
        if not approvers:
            return self.env._(
                "Nobody may approve refunds in %(company)s, so refunds that need approval are never paid. %(cure)s",
                company=company.name,
                cure=cure,
            )
        return self.env._(
            "Only %(approver)s may approve refunds in %(company)s, and nobody can approve their own refunds: such "
            "refunds are never paid. %(cure)s",
            approver=approvers.name,
            company=company.name,
            cure=cure,
        )
