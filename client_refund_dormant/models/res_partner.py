from odoo import models

from .client_dormant_credit import OPEN_STATES


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Let the register follow contacts that get another parent, or become clients of their own."""
        if not {"parent_id", "is_company"} & vals.keys():
            return super().write(vals)
        clients = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        left = self.browse(client.id for partner, client in clients.items() if partner.commercial_partner_id != client)
        if left:
            # what the register knows follows whoever changes contacts
            registers = self.env["client.dormant.credit"].sudo()
            registers.search([("state", "in", OPEN_STATES), ("partner_id", "in", left.ids)])._follow_credits()
        return result
