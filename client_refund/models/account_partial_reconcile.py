from odoo import models
from odoo.exceptions import UserError

from .client_refund_workflow import in_workflow


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def write(self, vals):
        amounts = {"amount", "debit_amount_currency", "credit_amount_currency", "debit_move_id", "credit_move_id"}
        if amounts & vals.keys():
            self._check_not_owned_by_refund()
        return super().write(vals)

    def unlink(self):
        self._check_not_owned_by_refund()
        return super().unlink()

    def _check_not_owned_by_refund(self):
        """Refuse to touch the reconciliation of a credit with the payment that refunded it, exchange entry included.

        :raise UserError: names the refund and points to Undo
        """
        if in_workflow(self.env) or not self:
            return
        lines = self.debit_move_id | self.credit_move_id
        # a user without rights on refunds is refused like everybody else
        refund_lines = (
            self.env["client.refund.line"]
            .sudo()
            .search(
                [
                    "|",
                    ("payment_line_id", "in", lines.ids),
                    ("payment_line_id.matched_credit_ids.exchange_move_id", "in", lines.move_id.ids),
                ]
            )
        )
        if refund_lines:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(client)s: %(document)s is reconciled by %(refund)s (%(amount)s). "
                        "Undo the refund if the money did not leave: that unreconciles it.",
                        client=line.refund_id.partner_id.display_name,
                        document=line.move_line_id.move_id.display_name,
                        refund=line.refund_id.name,
                        amount=line._format_amount(line.amount),
                    )
                    for line in refund_lines
                )
            )
