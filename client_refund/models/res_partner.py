from collections import Counter

from odoo import fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

    client_refund_count = fields.Integer(
        compute="_compute_client_refund_count",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="How many refunds were made or prepared for this client.",
    )

    def _compute_client_refund_count(self):
        counts = Counter()
        for client, count in self.env["client.refund"]._read_group(
            self._get_client_refund_domain(), ["partner_id"], ["__count"]
        ):
            counts[client.commercial_partner_id] += count
        for partner in self:
            partner.client_refund_count = counts[partner.commercial_partner_id]

    def _get_client_refund_domain(self):
        """The refunds of these clients, also those from before a client got another parent."""
        return [("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids)]

    def action_refund_client(self):
        """Open the refund wizard for this client.

        :return: an action dictionary
        :raise UserError: if these are contacts of several clients
        """
        if len(self.commercial_partner_id) != 1:
            raise UserError(
                self.env._(
                    "Refund one client at a time: choose one of %(names)s.",
                    names=", ".join(self.commercial_partner_id.mapped("display_name")),
                )
            )
        return self.env["client.refund.wizard"]._open({"partner_id": self.commercial_partner_id.id})

    def action_open_client_refunds(self):
        """Open the refunds of this client.

        :return: an action dictionary
        """
        refunds = self.env["client.refund"].search(self._get_client_refund_domain())
        return refunds._get_records_action(name=self.env._("Client Refunds"))
