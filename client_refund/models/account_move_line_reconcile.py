from collections import Counter, defaultdict

from odoo import api, models

from .client_refund_workflow import in_workflow


class AccountMoveLineReconcile(models.Model):
    """How journal items are reconciled in exact amounts."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _reconcile_amounts(self, amounts):
        """Reconcile pairs of journal items in less than what is open of both, exchange differences included.

        :param amounts: dict, account.move.line of two: positive amount in their currency
        """
        self.with_context(
            client_refund_amounts={frozenset(pair.ids): amount for pair, amount in amounts.items()}
        )._reconcile_plan(list(amounts))

    @api.model
    def _reconcile_pairs(self, pairs):
        """Reconcile each credit with its own counterpart, in rounds in which no credit and no credit note comes twice.

        Core mistakes whose exchange difference and whose cash-basis tax it is where one plan holds two pairs of one.

        :param pairs: iterable of (account.move.line, account.move.line), credit and counterpart
        """
        rounds = defaultdict(list)
        seen = Counter()
        for credit, counterpart in pairs:
            source = credit._get_refund_document()
            rounds[seen[source]].append(credit | counterpart)
            seen[source] += 1
        for plan in rounds.values():
            self._reconcile_plan(plan)

    @api.model
    def _prepare_reconciliation_plan(self, plan, amls_values_map, shadowed_aml_values=None):
        """Let core see no more of two items than what a refund reconciles of them."""
        is_own = in_workflow(self.env["client.refund"])
        amounts = self.env.context.get("client_refund_amounts", {}) if is_own else {}
        # the exchange differences that core reconciles on the way have no amount
        if amount := amounts.get(frozenset(plan["amls"].ids)):
            amls_values_map = {item: item._cap_residual(amls_values_map[item], amount) for item in plan["amls"]}
        return super()._prepare_reconciliation_plan(plan, amls_values_map, shadowed_aml_values)

    def _cap_residual(self, values, amount):
        """What core knows of this item when it reconciles, with no more than an amount open.

        :param values: dict with the residuals, as core prepares it
        :param amount: positive amount in the currency of the item
        :return: dict
        """
        share = amount / abs(values["amount_residual_currency"])
        return {
            **values,
            "amount_residual": self.company_currency_id.round(values["amount_residual"] * share),
            "amount_residual_currency": self.currency_id.round(values["amount_residual_currency"] * share),
        }
