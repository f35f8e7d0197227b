from odoo import fields, models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    client_refund_hold_days = fields.Integer(
        string="Hold Receipts (days)",
        help="For this number of days a receipt may still bounce: it is not ticked by itself, and to refund it is a risk.",
    )
