from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_refund_match_key(self):
        """Journal, currency and amount of what is to leave the bank, as those of a line of its statement."""
        return (self.journal_id, self.currency_id, self.currency_id.round(-self.amount_residual_currency))
