from collections import defaultdict

from odoo import api, fields, models


class ClientRefundWizardOffset(models.TransientModel):
    """An open invoice that the clerk may settle from the credits."""

    _name = "client.refund.wizard.offset"
    _description = "Open Invoice to Settle"
    _inherit = ["client.refund.wizard.item"]

    move_line_id = fields.Many2one(string="Open Invoice")
    selected = fields.Boolean(string="Settle")
    date_maturity = fields.Date(related="move_line_id.date_maturity", related_sudo=False, string="Due Date")
    age = fields.Integer(
        string="Overdue (days)", compute="_compute_age", help="Days from the due date to the refund's date."
    )
    amount_original = fields.Monetary(
        related="move_line_id.amount_currency",
        related_sudo=False,
        string="Original",
        help="The amount of the invoice when it was booked.",
    )
    amount_open = fields.Monetary(related="move_line_id.amount_residual_currency", related_sudo=False, string="Open")
    amount = fields.Monetary(string="Settle Up To", help="The maximum amount of this invoice to settle.")
    amount_settled = fields.Monetary(
        string="Settled",
        compute="_compute_settled",
        help="What the ticked credits settle of this invoice: the oldest credit settles the invoice that is due first.",
    )
    settled_from = fields.Char(compute="_compute_settled", help="The credits that settle this invoice.")

    @api.depends("move_line_id", "wizard_id.date")
    def _compute_age(self):
        for offset in self:
            due, today = offset.date_maturity, offset.wizard_id.date or fields.Date.context_today(offset)
            offset.age = max((today - due).days, 0) if due else 0

    @api.depends(
        "selected",
        "amount",
        "wizard_id.line_ids.selected",
        "wizard_id.line_ids.amount",
        "wizard_id.offset_ids.selected",
    )
    def _compute_settled(self):
        settled = defaultdict(list)
        for wizard in self.wizard_id:
            for line, offset, amount in wizard._get_settlements():
                settled[offset].append((line, amount))
        for offset in self:
            offset.amount_settled = sum(amount for _line, amount in settled[offset])
            offset.settled_from = ", ".join(line.document for line, _amount in settled[offset] if line.document)

    def _prepare_refund_offset_vals(self):
        """The values of the refund's offset."""
        self.ensure_one()
        return {"move_line_id": self.move_line_id.id, "amount": self.amount_settled or self.amount}
