from odoo import fields, models

from .client_refund_problems import raise_problems
from .client_refund_workflow import in_workflow


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

    def _check_not_owned_by_refund(self):
        owned = self.browse() if in_workflow(self.env) else self.filtered("client_dormant_id")
        raise_problems(
            self.env._(
                "%(client)s: %(document)s was handed over with dormant credit %(register)s (%(amount)s). "
                "Open the dormant credit and choose Undo: that opens the credit again.",
                client=partial.credit_move_id.partner_id.display_name,
                document=partial.credit_move_id.move_id.display_name,
                register=register.name,
                amount=register._format_amount(partial.credit_amount_currency),
            )
            for partial in owned
            # a user without rights on the register is refused like everybody else
            for register in partial.client_dormant_id.sudo()
        )
        return super()._check_not_owned_by_refund()
