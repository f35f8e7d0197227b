from odoo import api, fields, models


class ClientRefundOffset(models.Model):
    """An open invoice that is settled from the credits before money goes out."""

    _name = "client.refund.offset"
    _description = "Client Refund Offset"
    _inherit = ["client.refund.item"]
    _order = "refund_id, date_maturity, id"

    move_line_id = fields.Many2one(
        string="Open Invoice",
        help="What the client owes: a journal item on a receivable account with a positive residual.",
    )
    date_maturity = fields.Date(
        string="Due Date",
        compute="_compute_date_maturity",
        compute_sudo=False,
        store=True,
        precompute=True,
        help="The invoice that is due first is settled first.",
    )
    amount = fields.Monetary(
        help="What is settled of this invoice, as a positive amount in the currency of the refund. If empty, all "
        "that is open of it.",
    )

    _unique_invoice = models.Constraint(
        "UNIQUE(refund_id, move_line_id)",
        "An invoice can be chosen only once in a refund: change the amount of its line instead.",
    )

    @api.depends("move_line_id")
    def _compute_date_maturity(self):
        for offset in self:
            item = offset.move_line_id
            offset.date_maturity = item.date_maturity or item.date or offset.date_maturity

    @api.depends("move_line_id")
    def _compute_amount(self):
        for offset in self:
            offset.amount = offset.amount or max(offset.move_line_id.amount_residual_currency, 0.0)

    def _get_not_open_refusal(self):
        return self.move_line_id._get_not_settleable_reason()

    def _get_amount_refusal(self):
        if problem := super()._get_amount_refusal():
            return problem
        residual = self.move_line_id.amount_residual_currency
        if self.currency_id.compare_amounts(self.amount, residual) > 0:
            return self.env._("only %(open)s is open. Settle at most that.", open=self._format_amount(residual))
        return None
