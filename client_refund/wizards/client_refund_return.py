from odoo import fields, models


class ClientRefundReturn(models.TransientModel):
    """Asks when and why the bank sent a refund back."""

    _name = "client.refund.return"
    _description = "Client Refund Returned by Bank"
    _inherit = ["client.refund.dialog"]

    date = fields.Date(
        string="Returned On",
        default=fields.Date.context_today,
        required=True,
        help="The date of the return on the bank statement.",
    )

    def _get_alerts(self, documents):
        return documents._get_return_alerts()

    def action_return(self):
        """Book the return.

        :raise UserError: names what can't have been returned
        """
        self.ensure_one()
        self._get_documents().action_return(self.reason, self.date)
        return {"type": "ir.actions.act_window_close"}
