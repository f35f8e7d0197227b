from odoo import api, fields, models


class ClientRefundDialog(models.AbstractModel):
    """Asks why something is done to the chosen refunds."""

    _name = "client.refund.dialog"
    _description = "Client Refund Dialog"

    refund_ids = fields.Many2many(
        "client.refund",
        string="Refunds",
        required=True,
        default=lambda self: self._default_refund_ids(),
    )
    reason = fields.Char(required=True, help="Stays on the refund.")

    @api.model
    def _default_refund_ids(self):
        context = self.env.context
        return context.get("active_ids") if context.get("active_model") == "client.refund" else False
