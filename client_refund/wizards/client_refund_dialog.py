from odoo import api, fields, models


class ClientRefundDialog(models.AbstractModel):
    """Asks why something is done to the chosen refunds, or to refund runs."""

    _name = "client.refund.dialog"
    _description = "Client Refund Dialog"

    refund_ids = fields.Many2many(
        "client.refund",
        string="Refunds",
        default=lambda self: self._get_active_ids("client.refund"),
    )
    run_ids = fields.Many2many(
        "client.refund.run",
        string="Refund Runs",
        default=lambda self: self._get_active_ids("client.refund.run"),
    )
    reason = fields.Char(required=True, help="Stays on the refund.")

    @api.model
    def _get_active_ids(self, model):
        context = self.env.context
        return context.get("active_ids") if context.get("active_model") == model else False
