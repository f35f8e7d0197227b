from odoo import api, fields, models


class ClientRefundRunMinimum(models.Model):
    """How much a client must get at least to be refunded in a run."""

    _name = "client.refund.run.minimum"
    _description = "Refund Run Minimum"
    _inherit = ["client.refund.terms"]
    _order = "currency_id, id"
    _rec_name = "currency_id"

    run_id = fields.Many2one("client.refund.run", term=True, required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(
        "res.currency", term=True, required=True, default=lambda self: self.env.company.currency_id, ondelete="cascade"
    )
    amount = fields.Monetary(term=True, required=True, help="Clients who would get less are left out.")

    _run_currency_uniq = models.Constraint(
        "UNIQUE(run_id, currency_id)", "A currency can have only one minimum amount. Change the existing one."
    )
    _amount_positive = models.Constraint("CHECK(amount >= 0)", "A minimum amount can't be negative.")

    @api.model_create_multi
    def create(self, vals_list):
        minimums = super().create(vals_list)
        minimums._check_changeable()
        return minimums

    def _get_terms_owner(self, *vals_list):
        return self.run_id.browse(vals["run_id"] for vals in vals_list if vals.get("run_id")) or self.run_id

    def _check_changeable(self):
        self.run_id._check_changeable()
