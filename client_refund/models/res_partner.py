from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    client_refund_count = fields.Integer(
        compute="_compute_client_refund_count",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="How many refunds were made or prepared for this client.",
    )

    def _compute_client_refund_count(self):
        counts = dict(
            self.env["client.refund"]._read_group(
                [("partner_id", "in", self.commercial_partner_id.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.client_refund_count = counts.get(partner.commercial_partner_id, 0)

    def action_refund_client(self):
        """Open the refund wizard for this client.

        :return: an action dictionary
        """
        self.ensure_one()
        return self.env["client.refund.wizard"]._open({"partner_id": self.commercial_partner_id.id})

    def action_open_client_refunds(self):
        """Open the refunds of this client.

        :return: an action dictionary
        """
        refunds = self.env["client.refund"].search([("partner_id", "in", self.commercial_partner_id.ids)])
        return refunds._get_records_action(name=self.env._("Client Refunds"))
