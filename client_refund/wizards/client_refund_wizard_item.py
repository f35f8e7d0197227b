from odoo import api, fields, models


class ClientRefundWizardItem(models.AbstractModel):
    """A journal item that the clerk may tick: a credit, or an open invoice."""

    _name = "client.refund.wizard.item"
    _description = "Journal Item to Refund or Settle"
    _order = "id"

    wizard_id = fields.Many2one("client.refund.wizard", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    move_line_id = fields.Many2one("account.move.line", required=True, readonly=True, ondelete="cascade")
    document = fields.Char(related="move_line_id.move_id.name", related_sudo=False, string="Number")
    document_url = fields.Char(compute="_compute_document_url", string="Document")

    @api.depends("move_line_id")
    def _compute_document_url(self):
        for item in self:
            entry = item.move_line_id._origin.move_id
            document = entry.origin_payment_id or entry
            item.document_url = f"/odoo/{document._name}/{document.id}"
