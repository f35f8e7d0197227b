from odoo import fields, models

from odoo.addons.client_refund.models.res_partner import FAMILY_FIELDS

from .client_dormant_credit import OPEN_STATES


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_in_register = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether this client was ever in the register. The register is searched for such clients only.",
    )

    def write(self, vals):
        """Let the register follow contacts that get another parent, or become clients of their own."""
        if not FAMILY_FIELDS & vals.keys():
            return super().write(vals)
        clients = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        left = self.browse(client.id for partner, client in clients.items() if partner.commercial_partner_id != client)
        if known := left.filtered("is_in_register"):
            # what the register knows follows whoever changes contacts
            registers = self.env["client.dormant.credit"].sudo()
            registers.search([("state", "in", OPEN_STATES), ("partner_id", "in", known.ids)])._follow_credits()
        return result
