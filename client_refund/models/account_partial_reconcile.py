from odoo import api, fields, models
from odoo.exceptions import UserError

from .client_refund_workflow import in_workflow

REFUND_PROTECTED_FIELDS = frozenset(
    {
        "amount",
        "client_refund_id",
        "credit_amount_currency",
        "credit_move_id",
        "debit_amount_currency",
        "debit_move_id",
        "exchange_move_id",
    }
)


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    client_refund_id = fields.Many2one(
        "client.refund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The refund that made this reconciliation. Only the refund can take it back.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._check_not_owned_by_refund()
        return partials

    def write(self, vals):
        if REFUND_PROTECTED_FIELDS & vals.keys():
            self._check_not_owned_by_refund()
        result = super().write(vals)
        if vals.get("client_refund_id"):
            self._check_not_owned_by_refund()
        return result

    def unlink(self):
        self._check_not_owned_by_refund()
        return super().unlink()

    def _check_not_owned_by_refund(self):
        """Refuse to touch a reconciliation that a refund made, exchange difference included.

        :raise UserError: names client, document, amount and refund and points to Undo
        """
        owned = self.browse() if in_workflow(self.env) else self.filtered("client_refund_id")
        if owned:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(client)s: %(document)s is reconciled by %(refund)s (%(amount)s). "
                        "Undo the refund if the money did not leave: that unreconciles it.",
                        client=partial.credit_move_id.partner_id.display_name,
                        document=partial.credit_move_id.move_id.display_name,
                        refund=refund.name,
                        amount=refund._format_amount(partial.credit_amount_currency),
                    )
                    for partial in owned
                    # a user without rights on refunds is refused like everybody else
                    for refund in partial.client_refund_id.sudo()
                )
            )
