from odoo import models


class ClientRefund(models.Model):
    """What the notice says of a refund by check."""

    _inherit = "client.refund"

    def _is_paid_to_account(self, journal, method_line):
        return method_line.code != "check_printing" and super()._is_paid_to_account(journal, method_line)

    def _get_notice_way(self, journal, method_line, account):
        if method_line.code == "check_printing":
            return self.env._("by check")
        return super()._get_notice_way(journal, method_line, account)
