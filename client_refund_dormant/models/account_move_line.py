from odoo import models

from .client_dormant_credit import OPEN_STATES


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _search_open_dormant_lines(self):
        """Where the register looks for the clients of these, if it does.

        :return: client.dormant.credit.line
        """
        lines = self.env["client.dormant.credit.line"].sudo()  # what the register knows follows whoever books
        credits = self.filtered(lambda item: item.account_type == "asset_receivable" and item.balance < 0)
        if not credits:
            return lines
        return lines.search([("move_line_id", "in", credits.ids), ("register_id.state", "in", OPEN_STATES)])
