from odoo import models


class ClientRefund(models.Model):
    """What becomes of the register when a refund closed an entry of it and is taken back."""

    _inherit = "client.refund"

    def action_return(self, reason, date=None):
        result = super().action_return(reason, date)
        self.env["client.dormant.credit"]._reopen(self.line_ids.move_line_id)
        return result

    def _undo(self, reason, date):
        result = super()._undo(reason, date)
        self.env["client.dormant.credit"]._reopen(self.line_ids.move_line_id)
        return result
