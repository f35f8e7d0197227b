from odoo import api, fields, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep when clients became one: it is a risk."""
        moved_on = self._get_moved_on(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.invalidate_all()  # core wrote by SQL
        # kept whoever merges them; core writes what is there once more
        dst_partner.sudo().client_refund_moved_on = moved_on
        return result

    @api.model
    def _get_moved_on(self, src_partners, dst_partner):
        """When the last of these came to the client: now, where one is merged that was of another."""
        if src_partners.commercial_partner_id != dst_partner.commercial_partner_id:
            return fields.Datetime.now()
        dates = (src_partners | dst_partner).sudo().mapped("client_refund_moved_on")
        return max(filter(None, dates), default=False)
