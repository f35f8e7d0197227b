from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_refund_dormant_days = fields.Integer(related="company_id.root_id.client_refund_dormant_days", readonly=False)
    client_refund_dormant_attempts = fields.Integer(
        related="company_id.root_id.client_refund_dormant_attempts", readonly=False
    )
    client_refund_unclaimed_account_id = fields.Many2one(
        related="company_id.root_id.client_refund_unclaimed_account_id", readonly=False
    )
    client_refund_unclaimed_journal_id = fields.Many2one(
        related="company_id.root_id.client_refund_unclaimed_journal_id", readonly=False
    )
