from odoo import api, fields, models


class ClientRefundUndo(models.TransientModel):
    """Asks why a refund is undone, and on which date where its period is locked."""

    _name = "client.refund.undo"
    _description = "Undo Client Refund"
    _inherit = ["client.refund.dialog"]

    date = fields.Date(
        string="Reversal Date",
        default=fields.Date.context_today,
        required=True,
        help="The date of the reversal, in an open period.",
    )
    has_payment = fields.Boolean(compute="_compute_payments")
    has_offset = fields.Boolean(compute="_compute_payments")
    needs_reversal = fields.Boolean(compute="_compute_payments")

    @api.depends("refund_ids", "dormant_ids")
    def _compute_payments(self):
        for wizard in self:
            # `_origin`: what is not saved yet knows no payments
            issued = wizard.refund_ids._origin.filtered(lambda refund: refund._is_issued())
            wizard.has_payment = bool(issued.payment_ids)
            wizard.has_offset = bool(issued.offset_ids)
            wizard.needs_reversal = wizard.dormant_ids._needs_reversal() or any(
                payment._must_be_reversed() for payment in issued._get_standing_payments()
            )

    def action_undo(self):
        """Undo the refunds, all refunds of the runs, or the hand-overs of the dormant credits.

        :return: an action dictionary that closes the dialog
        :raise UserError: names what can't be undone, and the way out
        """
        self._get_documents().action_undo(self.reason, self.date)
        return {"type": "ir.actions.act_window_close"}
