from odoo import fields, models

from odoo.addons.client_refund.models.account_move_line_held import HELD_BACK


class ClientRefundRunSkip(models.Model):
    """What a run leaves out, and why."""

    _name = "client.refund.run.skip"
    _description = "Left Out of a Refund Run"
    _inherit = ["client.refund.terms"]
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
    reason = fields.Text(string="Details")

    def _get_terms_owner(self, *vals_list):
        return self.run_id.browse(vals["run_id"] for vals in vals_list if vals.get("run_id")) or self.run_id

    def _get_not_a_term_message(self, _labels):
        return self.env._("What a run leaves out can't be changed. Prepare a new run.")

    def action_refund_client(self):
        """Open the wizard on the client, to refund what the run left out."""
        return self.partner_id.action_refund_client()
