from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_refund_portal_request = fields.Boolean(
        related="company_id.root_id.client_refund_portal_request", readonly=False
    )
    client_refund_request_user_id = fields.Many2one(
        related="company_id.root_id.client_refund_request_user_id", readonly=False
    )
