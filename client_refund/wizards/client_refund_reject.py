from odoo import models


class ClientRefundReject(models.TransientModel):
    """Asks why what was asked for is rejected."""

    _name = "client.refund.reject"
    _description = "Reject Client Refund"
    _inherit = ["client.refund.dialog"]

    def _get_alerts(self, documents):
        return {"reject": {"message": documents._get_reject_message(), "level": "info"}}

    def action_reject(self):
        """Reject what was asked for.

        :raise UserError: names what can't be rejected
        """
        self._get_documents().action_reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
