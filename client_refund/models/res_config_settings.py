from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_refund_approval_policy = fields.Selection(
        related="company_id.root_id.client_refund_approval_policy", readonly=False
    )
    client_refund_approval_amount = fields.Monetary(
        related="company_id.root_id.client_refund_approval_amount", readonly=False
    )
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
    client_refund_portal_request = fields.Boolean(
        related="company_id.root_id.client_refund_portal_request", readonly=False
    )
    client_refund_request_user_id = fields.Many2one(
        related="company_id.root_id.client_refund_request_user_id", readonly=False
    )
