from odoo import api, fields, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _merge_bank_accounts(self, src_partners, dst_partner):
        """The first step: after it, what is whose can't be told any more."""
        if self._is_client_joined(src_partners, dst_partner):
            # kept whoever merges them
            dst_partner.commercial_partner_id.sudo().client_refund_moved_on = fields.Datetime.now()
        return super()._merge_bank_accounts(src_partners, dst_partner)

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep when the last of these came to the client: it is a risk."""
        dates = (src_partners | dst_partner).sudo().mapped("client_refund_moved_on")
        moved_on = max(filter(None, dates), default=False)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.invalidate_all()  # core wrote by SQL
        # kept whoever merges them; core writes what is there once more
        dst_partner.sudo().client_refund_moved_on = moved_on
        return result

    @api.model
    def _is_client_joined(self, src_partners, dst_partner):
        """Whether one of these is of another client and brings bank accounts or journal items; a duplicate has none."""
        strangers = src_partners.filtered(
            lambda partner: partner.commercial_partner_id != dst_partner.commercial_partner_id
        )
        # whoever merges clients may not see what they bring
        env = strangers.sudo().with_context(active_test=False).env
        return any(
            env[model].search_count([("partner_id", "child_of", strangers.ids)], limit=1)
            for model in ("res.partner.bank", "account.move.line")
            if strangers
        )
