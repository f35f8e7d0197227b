from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _get_journal_dashboard_data_batched(self):
        """Count the refunds among the checks to print that core takes for paid: see the filter of that name."""
        dashboard_data = super()._get_journal_dashboard_data_batched()
        self._fill_dashboard_data_count(
            dashboard_data,
            "account.payment",
            "num_checks_to_print",
            [
                ("payment_method_line_id.code", "=", "check_printing"),
                ("is_sent", "=", False),
                "|",
                ("state", "=", "in_process"),
                "&",
                "&",
                ("client_refund_id", "!=", False),
                ("state", "=", "paid"),
                ("is_matched", "=", False),
            ],
        )
        return dashboard_data
