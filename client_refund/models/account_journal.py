from odoo import fields, models

# Checks of Latin America, which are written or handed on beside the payment.
METHODS_NEEDING_MORE = frozenset(
    {"own_checks", "new_third_party_checks", "out_third_party_checks", "return_third_party_checks"}
)


class AccountJournal(models.Model):
    _inherit = "account.journal"

    client_refund_hold_days = fields.Integer(
        string="Hold Receipts (days)",
        help="For this number of days, a receipt may still bounce: it is not ticked automatically, and refunding it "
        "is a risk.",
    )

    def _get_refund_method_lines(self):
        """The payment methods that a refund can be paid by: those that need no more than a payment."""
        return self._get_available_payment_method_lines("outbound").filtered(
            lambda line: line.code not in METHODS_NEEDING_MORE
        )
