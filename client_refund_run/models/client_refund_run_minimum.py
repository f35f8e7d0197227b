from odoo import api, fields, models

from odoo.addons.client_refund.models.client_refund_workflow import with_neutral_context


class ClientRefundRunMinimum(models.Model):
    """How much a client must get at least to be refunded in a run."""

    _name = "client.refund.run.minimum"
    _description = "Refund Run Minimum"
    _order = "currency_id, id"
    _rec_name = "currency_id"

    run_id = fields.Many2one("client.refund.run", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id, ondelete="cascade"
    )
    amount = fields.Monetary(required=True, help="Clients who would get less are left out.")

    _run_currency_uniq = models.Constraint(
        "UNIQUE(run_id, currency_id)", "A currency has one minimum amount: change that one."
    )
    _amount_positive = models.Constraint("CHECK(amount >= 0)", "A minimum amount can't be negative.")

    @api.model_create_multi
    def create(self, vals_list):
        minimums = super(ClientRefundRunMinimum, with_neutral_context(self)).create(vals_list)
        minimums.run_id._check_state("draft")
        return minimums

    def write(self, vals):
        self.run_id._check_state("draft")
        result = super().write(vals)
        self.run_id._check_state("draft")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_of_drafts(self):
        self.run_id._check_state("draft")
