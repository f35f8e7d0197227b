from odoo import models

from odoo.addons.client_refund.tools.problems import raise_problems
from odoo.addons.client_refund.tools.workflow import in_workflow


class ClientRefundItem(models.AbstractModel):
    """What a client asked for changes with the request alone: nobody frees its credits one by one under the client."""

    _inherit = "client.refund.item"

    def _check_changeable(self):
        # a request that changes opens its items, those that are made too
        if not in_workflow(self.browse()):
            raise_problems(
                (refund, self.env._("the client asked for it. Choose Change to change what it pays, or Decline."))
                for refund in self.refund_id._filter_client_requests()
            )
        return super()._check_changeable()
