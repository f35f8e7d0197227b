from odoo import api, fields, models

from .client_refund_problems import raise_problems
from .client_refund_workflow import OWNER_FIELDS, in_workflow

REFUND_PROTECTED_FIELDS = frozenset(
    {
        "amount",
        "client_dormant_id",
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
        partials._check_not_negative()
        partials._check_not_owned_by_refund()
        partials._check_settles_no_refund()
        partials._check_leaves_held()
        return partials

    def write(self, vals):
        if REFUND_PROTECTED_FIELDS & vals.keys():
            self._check_not_owned_by_refund()
        result = super().write(vals)
        self._check_not_negative()
        if any(vals.get(name) for name in OWNER_FIELDS.values()):
            self._check_not_owned_by_refund()
        return result

    def unlink(self):
        self._check_not_owned_by_refund()
        return super().unlink()

    def _check_not_negative(self):
        """Refuse a reconciliation that would open a credit wider than it is: core makes none, a program could.

        :raise UserError: names the documents
        """
        raise_problems(
            self.env._(
                "%(debit)s and %(credit)s can't be reconciled in a negative amount. Unreconcile them instead.",
                debit=partial.debit_move_id.move_id.display_name,
                credit=partial.credit_move_id.move_id.display_name,
            )
            for partial in self
            if min(partial.amount, partial.debit_amount_currency, partial.credit_amount_currency) < 0
        )

    def _set_refund_owner(self, owner):
        """Let a refund, or the dormant-credit register, own these reconciliations and their exchange differences.

        :param owner: client.refund or client.dormant.credit
        """
        exchange_items = self.exchange_move_id.line_ids
        partials = self | exchange_items.matched_debit_ids | exchange_items.matched_credit_ids
        partials[OWNER_FIELDS[owner._name]] = owner

    def _unlink_on(self, date):
        """Unreconcile on a date: what core booked for it (exchange differences, cash-basis taxes) is reversed then.

        Core alone would reverse it on the date of the reconciliation, in a period that may be reported already.

        :param date: date of the reversals
        """
        self.with_context(client_refund_reversal_dates=(date,)).unlink()

    def _check_settles_no_refund(self):
        """Refuse to reconcile the receivable items of a refund's payment with anything but its credits.

        Its liquidity item is free: it waits for the bank statement.

        :raise UserError: names client, entry and refund
        """
        items = self.debit_move_id | self.credit_move_id
        owned = items.move_id.browse() if in_workflow(self.env) else items.move_id._filter_owned()
        settling = items.filtered(lambda item: item.move_id in owned and item.account_type == "asset_receivable")
        settling.move_id._check_not_owned_by_refund()

    def _check_leaves_held(self):
        """Refuse to use up what issued refunds hold of a credit: their money may be on its way.

        :raise UserError: names client, document, amount and refund and points to Undo
        """
        if in_workflow(self.env):
            return
        held = self.credit_move_id._get_refund_reservations().filtered(lambda line: line.refund_id._is_issued())
        held.filtered(lambda line: line.move_line_id in held._get_overdrawn_credits())._refuse_other_use()

    def _check_not_owned_by_refund(self):
        """Refuse to touch a reconciliation that a refund made, exchange difference included.

        :raise UserError: names client, document, amount and refund and points to Undo
        """
        owned = self.browse() if in_workflow(self.env) else self.filtered("client_refund_id")
        raise_problems(
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
