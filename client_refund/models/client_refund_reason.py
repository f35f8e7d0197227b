from odoo import fields, models


class ClientRefundReason(models.Model):
    """Why money goes back: what a firm wants to count refunds by."""

    _name = "client.refund.reason"
    _description = "Client Refund Reason"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    memo = fields.Char(
        translate=True,
        help="The text that a refund with this reason starts with as its memo. "
        "The client reads it on the bank statement.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Leave empty to offer the reason in all companies.")
