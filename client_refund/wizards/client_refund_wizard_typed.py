from odoo import api, models
from odoo.tools import format_amount


class ClientRefundWizardTyped(models.TransientModel):
    """What becomes of what the clerk chooses, ticks and types when something else is chosen, or a total is typed."""

    _inherit = "client.refund.wizard"  # pylint: disable=consider-merging-classes-inherited

    @api.depends("journal_id")
    def _compute_payment_method_line_id(self):
        """Another journal pays in the same way as the one before, where it has it."""
        ways = {wizard: wizard.payment_method_line_id.payment_method_id for wizard in self}
        result = super()._compute_payment_method_line_id()
        for wizard in self.filtered(lambda wizard: wizard._is_typed("journal_id")):
            same = wizard.available_payment_method_line_ids._origin.filtered(
                lambda line, wizard=wizard: line.payment_method_id == ways[wizard]
            )
            wizard.payment_method_line_id = same[:1] or wizard.payment_method_line_id
        return result

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        client = self.partner_id._origin._get_refund_client()
        # assigned anew, a client would get its default account in place of the one that the wizard was opened with
        if self.partner_id != client:
            self.partner_id = client

    @api.onchange("company_id")
    def _onchange_company_id(self):
        if self.reason_id.company_id - self.company_id.parent_ids:
            self.reason_id = False

    @api.onchange("select_all")
    def _onchange_select_all(self):
        if self._is_typed("select_all"):
            lines, selected = self._get_free_lines() if self.select_all else self.line_ids, self.select_all
            lines.filtered(lambda line: line.selected != selected).selected = selected

    @api.onchange("amount")
    def _onchange_amount(self):
        """Take a typed total from the oldest credits: from those that are ticked, then from the other free ones."""
        if not self._is_typed("amount"):
            return None
        typed = self.amount
        left = typed + sum(self._get_selected_offsets().mapped("amount"))
        ticked = self._get_selected_lines()
        for line in ticked | self._get_free_lines():
            amount = min(left, line.amount_available)
            line.selected = self.currency_id.compare_amounts(amount, 0) > 0
            line.amount = amount if line.selected else line.amount_available
            left = self.currency_id.round(left - amount)
        if self.currency_id.compare_amounts(typed, self.amount) <= 0:
            return None
        return {
            "warning": {
                "type": "notification",
                "title": self.env._("Amount Too High"),
                "message": self.env._(
                    "At most %(amount)s can be refunded.",
                    amount=format_amount(self.env, self.amount, self.currency_id),
                ),
            }
        }

    def _get_typed_lines(self):
        """What was ticked and typed of credits that are listed anew, because another company is chosen.

        :return: dict, account.move.line: dict of values of the line
        """
        if not self._is_typed("company_id"):
            return {}
        return {line.move_line_id._origin: {"selected": line.selected, "amount": line.amount} for line in self.line_ids}
