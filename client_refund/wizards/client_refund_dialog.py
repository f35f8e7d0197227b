from odoo import api, fields, models


class ClientRefundDialog(models.AbstractModel):
    """Asks why something is done to the chosen refunds, to refund runs, or to dormant credits."""

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
    dormant_ids = fields.Many2many(
        "client.dormant.credit",
        string="Dormant Credits",
        default=lambda self: self._get_active_ids("client.dormant.credit"),
    )
    reason = fields.Char(required=True, help="Stays on the refund.")

    @api.model
    def _get_active_ids(self, model):
        context = self.env.context
        return context.get("active_ids") if context.get("active_model") == model else False

    def _get_documents(self):
        """What something is done to.

        :return: client.refund.run, client.dormant.credit or client.refund
        """
        self.ensure_one()
        return self.run_ids or self.dormant_ids or self.refund_ids
