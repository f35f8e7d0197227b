from odoo import models


class ClientRefundReject(models.TransientModel):
    """Asks why a refund is rejected."""

    _name = "client.refund.reject"
    _description = "Reject Client Refund"
    _inherit = ["client.refund.dialog"]

    def action_reject(self):
        """Reject the refunds, runs or hand-overs.

        :return: an action dictionary that closes the dialog
        :raise UserError: names what can't be rejected
        """
        self._get_documents().action_reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
