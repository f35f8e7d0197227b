from odoo import fields, models

from odoo.addons.client_refund.models.res_company import INTERNAL_GROUP


class ResCompany(models.Model):
    """Whether clients may ask for refunds, and who looks at what they ask for."""

    _inherit = "res.company"

    client_refund_portal_request = fields.Boolean(
        groups=INTERNAL_GROUP,
        string="Requests on the Portal",
        help="Clients can ask for a refund of their open credits on the portal. Each request is a draft that a "
        "colleague reviews.",
    )
    client_refund_request_user_id = fields.Many2one(
        "res.users",
        groups=INTERNAL_GROUP,
        string="Requests Go To",
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("client_refund.group_client_refund_prepare").ids),
            ("share", "=", False),
        ],
        help="Who reviews the requests of clients. If empty, or if this user does not prepare refunds in the "
        "company: the client's salesperson, otherwise a user who does.",
    )
