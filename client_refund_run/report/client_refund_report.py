from odoo import api, fields, models
from odoo.tools import SQL


class ClientRefundReport(models.Model):
    """The analysis of refunds knows the run of each."""

    _inherit = "client.refund.report"
    _depends = {"client.refund": ["run_id"]}

    run_id = fields.Many2one(
        "client.refund.run", string="Refund Run", readonly=True, help="The run that the refund was prepared in."
    )

    @api.model
    def _select(self):
        return SQL("%s, refund.run_id", super()._select())
