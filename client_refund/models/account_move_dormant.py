from odoo import fields, models

from .client_refund_problems import raise_problems
from .client_refund_workflow import in_workflow


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

    def _check_not_owned_by_refund(self):
        owned = self.browse() if in_workflow(self.env) else self.filtered("client_dormant_id")
        raise_problems(
            self.env._(
                "%(client)s: %(entry)s hands over %(amount)s of dormant credit %(register)s and can only be changed "
                "from there. Open the dormant credit and choose Undo.",
                client=register.partner_id.display_name,
                entry=move.display_name,
                amount=register._format_amount(),
                register=register.name,
            )
            for move in owned
            # a user without rights on the register is refused like everybody else
            for register in move.client_dormant_id.sudo()
        )
        return super()._check_not_owned_by_refund()

    def _check_not_refunded(self):
        # as above
        self.sudo().line_ids.matched_debit_ids.filtered("client_dormant_id")._check_not_owned_by_refund()
        return super()._check_not_refunded()

    def action_open_client_dormant(self):
        """Open the dormant credit that this entry hands over.

        :return: an action dictionary
        """
        return self.client_dormant_id._get_records_action(name=self.env._("Dormant Credit"))
