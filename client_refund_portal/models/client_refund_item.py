from odoo import api, models

from odoo.addons.client_refund.tools.problems import raise_problems
from odoo.addons.client_refund.tools.workflow import in_workflow


class ClientRefundItem(models.AbstractModel):
    """What a client asked for changes with the request alone: nobody frees its credits one by one under the client."""

    _inherit = "client.refund.item"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_asked_for(
            self.env["client.refund"].browse(vals["refund_id"] for vals in vals_list if vals.get("refund_id"))
        )
        return super().create(vals_list)

    def _check_changeable(self):
        self._check_not_asked_for(self.refund_id)
        return super()._check_changeable()

    def _check_not_asked_for(self, refunds):
        """Refuse to change these items of refunds that clients asked for, unless the refunds themselves do.

        :param refunds: client.refund
        :raise UserError: names the refunds
        """
        if not in_workflow(self):
            raise_problems(
                (refund, self.env._("the client asked for it. Choose Change to change what it pays, or Decline."))
                for refund in refunds._filter_client_requests()
                if not in_workflow(refund)
            )
