from odoo import api, fields, models

from ..tools.problems import raise_problems

REFUND_PROTECTED_FIELDS = frozenset(
    {
        "amount",
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
        help="The refund that created this reconciliation. Only the refund can undo it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._check_not_negative()
        partials._check_not_owned_by_refund()
        of_clients = partials.filtered(lambda partial: partial.credit_move_id.account_type == "asset_receivable")
        # what a payment of a refund has on the receivable account; what waits for the bank statement is free
        (of_clients.debit_move_id | of_clients.credit_move_id).move_id._check_not_owned_by_refund()
        of_clients._check_leaves_held()
        return partials

    def write(self, vals):
        owners = self.env["client.refund.owner"]
        owners._filter_changed(self, vals, REFUND_PROTECTED_FIELDS)._check_not_owned_by_refund()
        result = super().write(vals)
        self._check_not_negative()
        owners._check_not_lent(self, vals)
        return result

    def unlink(self):
        self._check_not_owned_by_refund()
        return super().unlink()

    def _check_not_negative(self):
        """Refuse a reconciliation that would open a credit wider than it is: core makes none, a program could.

        :raise UserError: names the documents
        """
        raise_problems(
            (
                partial,
                self.env._(
                    "%(debit)s and %(credit)s can't be reconciled in a negative amount. Unreconcile them instead.",
                    debit=partial.debit_move_id.move_id.display_name,
                    credit=partial.credit_move_id.move_id.display_name,
                ),
            )
            for partial in self
            if min(partial.amount, partial.debit_amount_currency, partial.credit_amount_currency) < 0
        )

    def _check_not_owned_by_refund(self):
        """:raise UserError: if a refund, or another owner, made these, exchange differences included"""
        self.env["client.refund.owner"]._check_not_owned(self)

    def _check_leaves_held(self):
        """Refuse to use up what issued refunds hold of a credit: their money may be on its way.

        :raise UserError: names client, document, amount and refund and points to Undo
        """
        held = self.credit_move_id._get_refund_reservations()._filter_held_by_others()
        held.filtered(lambda line: line.move_line_id in held._get_overdrawn_credits())._refuse_other_use()

    def _set_refund_owner(self, owner):
        """Let a refund, or another owner, own these reconciliations and their exchange differences.

        :param owner: client.refund, or another model that is a `client.refund.owner`
        """
        exchange_items = self.exchange_move_id.line_ids
        partials = self | exchange_items.matched_debit_ids | exchange_items.matched_credit_ids
        partials[owner._owner_field] = owner
