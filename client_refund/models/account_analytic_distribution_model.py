from odoo import api, models

from ..tools.workflow import in_workflow


class AccountAnalyticDistributionModel(models.Model):
    _inherit = "account.analytic.distribution.model"

    @api.model
    def _get_applicable_models(self, vals):
        """Core looks for each client and account anew; refunds have looked whether there are any at all."""
        if self.env.context.get("client_refund_no_analytic_models") and in_workflow(self.env["client.refund"]):
            return self.browse()
        return super()._get_applicable_models(vals)
