from odoo import fields, models

from ..tools.mark import check_mark_kept
from .client_dormant_credit import OPEN_STATES


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    is_in_register = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether this item was ever in the register. The register is searched for such items only.",
    )

    def write(self, vals):
        check_mark_kept(self, vals)
        return super().write(vals)

    def _get_held_back(self, but=None):
        """Nothing takes a credit by itself whose hand-over waits for approval; who chooses it by hand knows more."""
        found = super()._get_held_back(but)
        for line in self._search_waiting_dormant_lines():
            if found.get(line.move_line_id, ("uncleared",))[0] == "uncleared":
                found[line.move_line_id] = ("reserved", line._get_waiting_message())
        return found

    def _search_waiting_dormant_lines(self):
        """By which hand-overs, that wait for approval, something of these is asked for.

        :return: client.dormant.credit.line
        """
        return self._search_open_dormant_lines().filtered(
            lambda line: line.register_id.state == "to_approve" and line.amount
        )

    def _search_open_dormant_lines(self):
        """Where the register looks for the clients of these, if it does.

        :return: client.dormant.credit.line
        """
        lines = self.env["client.dormant.credit.line"].sudo()  # what the register knows follows whoever books
        known = self.filtered("is_in_register")
        if not known:
            return lines
        return lines.search([("move_line_id", "in", known.ids), ("register_id.state", "in", OPEN_STATES)])
