from odoo import fields, models

from odoo.addons.client_refund.tools.lists import without_owner


class AccountMove(models.Model):
    """The entry by which dormant credits are handed over: it has one owner, as that of a refund's payment."""

    _inherit = "account.move"

    client_dormant_id = fields.Many2one(
        "client.dormant.credit",
        string="Dormant Credit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The dormant credit that this entry hands over or reverses. Only the register can change it.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.line_ids._search_open_dormant_lines()._follow_credits()
        return result

    def action_open_client_dormant(self):
        """Open the dormant credit that this entry hands over."""
        return without_owner(self.client_dormant_id._get_records_action(name=self.env._("Dormant Credit")))
