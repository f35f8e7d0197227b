from odoo import api, models

from odoo.addons.client_refund.tools.workflow import with_workflow


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Let the dormant credits of clients who become one do so too."""
        # whoever merges clients may not see them
        registers = with_workflow(self.env["client.dormant.credit"].sudo())
        joined = registers._join_clients(src_partners | dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        joined._follow_credits()
        return result
