from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.client_refund.models.account_move_line_held import HELD_BACK
from odoo.addons.client_refund.models.client_refund_workflow import in_workflow


class ClientRefundRunSkip(models.Model):
    """What a run leaves out, and why."""

    _name = "client.refund.run.skip"
    _description = "Left Out of a Refund Run"
    _order = "run_id, kind, partner_id, id"
    _rec_name = "partner_id"

    run_id = fields.Many2one("client.refund.run", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one("res.partner", string="Client", index="btree_not_null", ondelete="set null")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(help="What is open of the credits that are left out.")
    kind = fields.Selection(
        selection=[
            *HELD_BACK,
            ("also_owes", "Also Owes"),
            ("minimum", "Below the Minimum"),
            ("problem", "Can't Be Issued"),
        ],
        string="Why",
        required=True,
    )
    reason = fields.Text(string="What It Is")

    @api.model_create_multi
    def create(self, vals_list):
        self._check_workflow()
        return super().create(vals_list)

    def write(self, vals):
        self._check_workflow()
        return super().write(vals)

    def _check_workflow(self):
        if not in_workflow(self.env["client.refund.run"]):
            raise AccessError(self.env._("Only a run itself says what it leaves out. Prepare a new run."))

    def action_refund_client(self):
        """Open the wizard on the client, to refund what the run left out.

        :return: an action dictionary
        """
        return self.partner_id.action_refund_client()
