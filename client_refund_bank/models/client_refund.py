from odoo import models


class ClientRefund(models.Model):
    """When the line of the bank statement comes, it finds its refund."""

    _inherit = "client.refund"

    def action_match_bank(self):
        """Match these issued refunds, or all, with the open lines of the bank statements that have paid them.

        :return: an action dictionary that says which were found, and which lines name a refund but not its payee
        """
        lines = self.env["account.bank.statement.line"].search(
            [
                ("amount", "<", 0),
                ("company_id", "in", self.env.companies.ids),
                ("is_reconciled", "=", False),
                ("journal_id.type", "=", "bank"),
            ],
            order="date, id",
        )
        found = self.browse()
        for line, item in lines._get_refund_matches().items():
            refund = item.payment_id.client_refund_id
            if not self or refund in self:
                line._match_refund(item)
                found |= refund
        elsewhere = lines._get_elsewhere_messages()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if elsewhere else "success" if found else "info",
                "sticky": bool(elsewhere),
                "message": "\n".join([found._get_match_message(), *elsewhere]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_match_message(self):
        if not self:
            return self.env._("No open bank statement line matches a refund by reference, payee and amount.")
        return self.env._("Matched with the bank: %(refunds)s.", refunds=self._join_names())
