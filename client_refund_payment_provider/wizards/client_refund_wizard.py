from odoo import api, fields, models


class ClientRefundWizard(models.TransientModel):
    """The refund desk, where credits that were paid online may go back to the card."""

    _inherit = "client.refund.wizard"

    offers_source = fields.Boolean(compute="_compute_offers_source")
    amount_to_source = fields.Monetary(
        string="Back to Card",
        compute="_compute_amount_to_source",
        help="The part of the refund that goes back by the original online payments. The rest goes to the payee "
        "account.",
    )

    @api.depends("line_ids.can_go_to_source")
    def _compute_offers_source(self):
        for wizard in self:
            wizard.offers_source = any(wizard.line_ids.mapped("can_go_to_source"))

    @api.depends("line_ids.selected", "line_ids.amount", "line_ids.amount_offset", "line_ids.to_source")
    def _compute_amount_to_source(self):
        for wizard in self:
            lines = wizard._get_selected_lines().filtered("to_source")
            wizard.amount_to_source = sum(line.amount - line.amount_offset for line in lines)

    @api.depends("line_ids.to_source")
    def _compute_alerts(self):
        return super()._compute_alerts()

    def _is_paying_from_journal(self):
        return super()._is_paying_from_journal() and bool(
            self.currency_id.compare_amounts(self.amount, self.amount_to_source)
        )

    def _get_credits_paid_from_journal(self):
        to_source = self.line_ids.filtered("to_source").move_line_id._origin
        return super()._get_credits_paid_from_journal() - to_source

    def _get_alerts(self, risks, reasons):
        alert = self._get_source_alert()
        return super()._get_alerts(risks, reasons) | ({"too_much_to_source": alert} if alert else {})

    def _get_source_alert(self):
        """What of the ticked credits can't go back by their online payments."""
        refusals = []
        lines = self._get_selected_lines().filtered(lambda line: line.to_source and line.source_transaction_id)
        for source, group in lines.grouped("source_transaction_id").items():
            amount = sum(line.amount - line.amount_offset for line in group)
            if refusal := source._get_refund_refusal(amount, group[0].amount_source_left):
                refusals.append(refusal)
        return {"level": "danger", "message": " ".join(refusals)} if refusals else None

    def _prepare_own_line_vals(self, refund_line):
        return {**super()._prepare_own_line_vals(refund_line), "to_source": refund_line.to_source}
