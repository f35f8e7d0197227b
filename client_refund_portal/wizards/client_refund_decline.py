from odoo import fields, models


class ClientRefundDecline(models.TransientModel):
    """Asks why a client's request is declined: for colleagues, and in words for the client."""

    _name = "client.refund.decline"
    _description = "Decline Client's Request"
    _inherit = ["client.refund.dialog"]

    client_reason = fields.Text(
        string="Reason for the Client",
        help="The client reads it on the portal and in the email. If empty, the client reads only that the request "
        "is declined.",
    )

    def _get_alerts(self, documents):
        return documents._get_decline_alerts()

    def action_decline(self):
        """Decline the requests.

        :return: an action dictionary that closes the dialog
        :raise UserError: names what can't be declined
        """
        self._get_documents().action_decline(self.reason, self.client_reason)
        return {"type": "ir.actions.act_window_close"}
