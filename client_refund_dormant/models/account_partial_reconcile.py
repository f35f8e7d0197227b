from odoo import api, fields, models


class AccountPartialReconcile(models.Model):
    """The reconciliations by which dormant credits are handed over."""

    _inherit = "account.partial.reconcile"

    client_dormant_id = fields.Many2one(
        "client.dormant.credit",
        string="Dormant Credit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The dormant credit whose hand-over created this reconciliation. Only the register can undo it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials.credit_move_id._search_open_dormant_lines()._follow_credits()
        return partials

    def unlink(self):
        lines = self.credit_move_id._search_open_dormant_lines()
        result = super().unlink()
        lines._follow_credits()
        return result
