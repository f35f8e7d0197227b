from odoo import api, fields, models


class ClientRefundWizardLine(models.TransientModel):
    """A credit that may go back to the card that it came from."""

    _inherit = "client.refund.wizard.line"

    to_source = fields.Boolean(
        string="Back to Card",
        help="Send it back by the online payment that the money came by (a card, a wallet), not to the payee account.",
    )
    source_transaction_id = fields.Many2one(
        "payment.transaction", string="Original Payment", compute="_compute_source_transaction_id"
    )
    can_go_to_source = fields.Boolean(compute="_compute_source_transaction_id")
    amount_source_left = fields.Monetary(
        string="Left on Card",
        compute="_compute_source_transaction_id",
        help="What can still go back by the online payment that the money came by.",
    )

    @api.depends("move_line_id", "wizard_id.refund_id")
    def _compute_source_transaction_id(self):
        sources = self.move_line_id._origin._get_source_transactions()
        own_lines = self.wizard_id.refund_id.line_ids
        # most were not paid online: set for all at once, which one by one would take long
        self.source_transaction_id, self.can_go_to_source, self.amount_source_left = False, False, 0.0
        for line in self if sources or own_lines else ():
            transactions = sources.get(line.move_line_id._origin)
            own = own_lines.filtered(
                lambda own, line=line: own.source_transaction_id and own.move_line_id == line.move_line_id._origin
            )
            source = own.source_transaction_id or (transactions and transactions._get_most_refundable())
            line.source_transaction_id = source
            held = own_lines.filtered(lambda own, source=source: source and own.source_transaction_id == source)
            line.amount_source_left = source and source._get_amount_refundable(held)
            line.can_go_to_source = bool(source) and line.amount_source_left > 0

    def _prepare_refund_line_vals(self):
        return {**super()._prepare_refund_line_vals(), "to_source": self.to_source}
