from collections import Counter, defaultdict

from odoo import api, models

from ..tools.workflow import in_any_workflow, in_workflow


class Settlements:
    """What a refund settles in one call of core, and what core makes of it.

    :param groups: dict, ids of the journal items of a plan: its settlements
    """

    def __init__(self, groups):
        self.groups = groups
        self.results = []
        self.exchange_moves = []

    def get_exchange_moves(self, partials):
        """Which exchange difference belongs to which reconciliation; core makes both in the order of its results.

        :param partials: account.partial.reconcile
        :return: list of (account.partial.reconcile, account.move, empty where there is none)
        """
        moves = iter(self.exchange_moves)
        return [
            (partial, next(moves) if self._has_exchange(result) else partial.exchange_move_id.browse())
            for partial, result in zip(partials, self.results, strict=True)
        ]

    def _has_exchange(self, result):
        values = result.get("exchange_values")
        return bool(values and values["move_values"]["line_ids"])


class AccountMoveLineReconcile(models.Model):
    """How journal items are reconciled in exact amounts."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _reconcile_amounts(self, settlements):
        """Reconcile credits with invoices in exactly these amounts, exchange differences included.

        What hangs together is one plan: core looks at all reconciliations of a document each time that one is added.

        :param settlements: list of (credit, invoice, positive amount in their currency)
        """
        for groups in self._get_rounds(self._group_settlements(settlements)):
            plans = {self.union(*(credit | invoice for credit, invoice, _amount in group)): group for group in groups}
            in_hand = Settlements({frozenset(items.ids): group for items, group in plans.items()})
            self.with_context(client_refund_settlements=in_hand, client_refund_number_formats={})._reconcile_plan(
                list(plans)
            )

    @api.model
    def _group_settlements(self, settlements):
        """The settlements that core can reconcile in one plan: those that have a credit or an invoice in common.

        :param settlements: list as that of `_reconcile_amounts`
        :return: list of such lists
        """
        groups = []
        group_of = {}
        for credit, invoice, amount in settlements:
            joined, merged = group_of.get(credit, []), group_of.get(invoice, [])
            if len(joined) < len(merged):
                joined, merged = merged, joined
            if not joined:
                groups.append(joined)
            if joined is not merged:
                for moved in merged:
                    group_of[moved[0]] = group_of[moved[1]] = joined
                joined += merged
                merged.clear()
            group_of[credit] = group_of[invoice] = joined
            joined.append((credit, invoice, amount))
        return [group for group in groups if group]

    @api.model
    def _get_rounds(self, groups):
        """The groups of settlements, in rounds in which no document is in two of them.

        Core mistakes whose cash-basis tax it is where one call holds two plans of one document.

        :param groups: list as that of `_group_settlements`
        :return: list of such lists
        """
        rounds = defaultdict(list)
        latest = Counter()
        for group in groups:
            documents = {item._get_refund_document() for settlement in group for item in settlement[:2]}
            number = max(latest[document] for document in documents)
            rounds[number].append(group)
            for document in documents:
                latest[document] = number + 1
        return [rounds[number] for number in sorted(rounds)]

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
    def _get_settlements(self):
        """What a refund settles at the moment."""
        return self.env.context.get("client_refund_settlements") if in_workflow(self.env["client.refund"]) else None

    @api.model
    def _prepare_reconciliation_plan(self, plan, amls_values_map, shadowed_aml_values=None):
        """Let core see, of one credit and one invoice after the other, no more than what a refund settles of them."""
        settlements = self._get_settlements()
        # the exchange differences that core reconciles on the way are none
        group = settlements and settlements.groups.get(frozenset(plan["amls"].ids))
        if not group:
            return super()._prepare_reconciliation_plan(plan, amls_values_map, shadowed_aml_values)
        results = []
        for credit, invoice, amount in group:
            pair = credit | invoice
            capped = {item: item._cap_residual(amls_values_map[item], amount) for item in pair}
            for item in pair:
                item._take_from_residual(amls_values_map[item], capped[item])
            results += super()._prepare_reconciliation_plan({"amls": pair}, capped, shadowed_aml_values)
        settlements.results += results
        return results

    @api.model
    def _create_exchange_difference_moves(self, exchange_diff_values_list):
        moves = super()._create_exchange_difference_moves(exchange_diff_values_list)
        if (settlements := self._get_settlements()) and moves:
            settlements.exchange_moves += moves
        return moves

    @api.model
    def _reconcile_plan_with_sync(self, plan_list, all_amls):
        """Let each settlement have its own exchange difference: core guesses by the items, and the credit is in all."""
        result = super()._reconcile_plan_with_sync(plan_list, all_amls)
        settlements = self._get_settlements()
        if settlements and any(frozenset(plan["amls"].ids) in settlements.groups for plan in plan_list):
            partials = self.env["account.partial.reconcile"].concat(*(plan["partials"] for plan in plan_list))
            for partial, move in settlements.get_exchange_moves(partials):
                if partial.exchange_move_id != move:
                    partial.exchange_move_id = move
        return result

    def _prepare_exchange_difference_move_vals(self, amounts_list, company=None, exchange_date=None, **kwargs):
        """Let a refund book the exchange differences of a branch there: core does in the parent, if that is active."""
        values = super()._prepare_exchange_difference_move_vals(amounts_list, company, exchange_date, **kwargs)
        if values and len(self.company_id) == 1 and in_any_workflow(self.env):
            values["move_values"]["company_id"] = self.company_id.id
        return values

    def _take_from_residual(self, values, taken):
        """What is left of this item when something of it is reconciled.

        :param values: dict with the residuals, as core prepares it
        :param taken: dict like that, of the part that is reconciled
        """
        for name, currency in (
            ("amount_residual", self.company_currency_id),
            ("amount_residual_currency", self.currency_id),
        ):
            values[name] = currency.round(values[name] - taken[name])

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

    def _get_refund_document(self):
        """What core books exchange differences and cash-basis taxes for: the invoice, else the journal item."""
        self.ensure_one()
        return self.move_id if self.move_id.is_invoice(include_receipts=True) else self
