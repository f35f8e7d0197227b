from odoo import api, fields, models


class ClientRefundUndo(models.TransientModel):
    """Asks why something is undone, and on which date where its period is locked."""

    _name = "client.refund.undo"
    _description = "Undo Client Refund"
    _inherit = ["client.refund.dialog"]

    date = fields.Date(
        string="Reversal Date",
        default=fields.Date.context_today,
        required=True,
        help="The date of the reversal, in an open period.",
    )
    needs_reversal = fields.Boolean(compute="_compute_needs_reversal")

    @api.depends("res_model", "res_ids")
    def _compute_needs_reversal(self):
        for dialog in self:
            dialog.needs_reversal = dialog._get_documents()._needs_reversal()

    def _get_alerts(self, documents):
        return documents._get_undo_alerts()

    def action_undo(self):
        """Undo the documents.

        :raise UserError: names what can't be undone, and the way out
        """
        self._get_documents().action_undo(self.reason, self.date)
        return {"type": "ir.actions.act_window_close"}
