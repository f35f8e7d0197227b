from odoo import fields, models


class AccountPartialReconcileDormant(models.Model):
    """The reconciliations by which dormant credits are handed over."""

    _inherit = "account.partial.reconcile"  # pylint: disable=consider-merging-classes-inherited

    client_dormant_id = fields.Many2one(
        "client.dormant.credit",
        string="Dormant Credit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The dormant credit whose hand-over made this reconciliation. Only the register can take it back.",
    )
