from odoo import fields, models


class AccountMoveDormant(models.Model):
    """The entry by which dormant credits are handed over: it has one owner, as that of a refund's payment."""

    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    client_dormant_id = fields.Many2one(
        "client.dormant.credit",
        string="Dormant Credit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The dormant credit that this entry hands over, or takes back. Only the register can change it.",
    )

    def action_open_client_dormant(self):
        """Open the dormant credit that this entry hands over.

        :return: an action dictionary
        """
        return self.client_dormant_id._get_records_action(name=self.env._("Dormant Credit"))
