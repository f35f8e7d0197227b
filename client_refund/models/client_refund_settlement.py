from collections import Counter, defaultdict
from datetime import date

from odoo import models

from ..tools.amounts import settle_items


class ClientRefundSettlement(models.Model):
    """How open invoices are settled from the credits before money goes out: the oldest of each first."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    def _get_settlements(self):
        """Which credits settle which invoices.

        :return: list of (client.refund.line, client.refund.offset, amount in the refund's currency)
        """
        return [
            settlement
            for refund in self
            if refund.offset_ids
            for settlement in settle_items(
                refund.line_ids.sorted(lambda line: (line.date or date.min, line.move_line_id.id)),
                refund.offset_ids.sorted(lambda offset: (offset.date_maturity or date.min, offset.move_line_id.id)),
                refund.currency_id,
            )
        ]

    def _settle_offsets(self):
        """Reconcile credits with invoices in exactly the amounts of the settlements, and own it."""
        settlements = self._get_settlements()
        refunds = defaultdict(list)
        for line, offset, _amount in settlements:
            refunds[line.move_line_id, offset.move_line_id].append(line.refund_id)
        invoices = self.env["account.move.line"].union(*(invoice for _credit, invoice in refunds))
        before = invoices.matched_credit_ids
        invoices._reconcile_amounts(
            [(line.move_line_id, offset.move_line_id, amount) for line, offset, amount in settlements]
        )
        partials = (invoices.matched_credit_ids - before).sorted("id")
        owners = {
            # several refunds may settle one invoice from one credit, one after the other
            partial: refunds[pair].pop(0)
            for partial in partials
            if (pair := (partial.credit_move_id, partial.debit_move_id)) in refunds
        }
        for refund, owned in partials.filtered(owners.get).grouped(owners.get).items():
            owned._set_refund_owner(refund)

    # -------------------------------------------------------------------------
    # What is wrong with it
    # -------------------------------------------------------------------------

    def _get_settlement_problems(self):
        """Why the invoices of these refunds can't be settled as they say."""
        settled = Counter()
        for _line, offset, amount in self._get_settlements():
            settled[offset] += amount
        return (
            [
                (
                    offset.refund_id,
                    self.env._(
                        "the credits on account %(account)s settle only %(settled)s of the %(amount)s of "
                        "%(document)s. Settle less, or choose more credits of that account.",
                        account=offset.move_line_id.account_id.display_name,
                        settled=offset._format_amount(settled[offset]),
                        amount=offset._format_amount(offset.amount),
                        document=offset.document,
                    ),
                )
                for offset in self.offset_ids
                if offset.currency_id.compare_amounts(settled[offset], offset.amount)
            ]
            + self._get_oversettled_problems()
            + self._get_unsettled_problems()
        )

    def _get_oversettled_problems(self):
        """Where several of these refunds settle one invoice: which of them settle more than is open, together."""
        problems = []
        for invoice, offsets in self.offset_ids.grouped("move_line_id").items():
            total = sum(offsets.mapped("amount"))
            if len(offsets) > 1 and invoice.currency_id.compare_amounts(total, invoice.amount_residual_currency) > 0:
                problem = self.env._(
                    "%(refunds)s together settle %(total)s of %(document)s, but only %(open)s is open. Settle less.",
                    document=invoice.move_id.display_name,
                    refunds=offsets.refund_id._join_names(),
                    total=offsets[0]._format_amount(total),
                    open=offsets[0]._format_amount(invoice.amount_residual_currency),
                )
                problems += [(refund, problem) for refund in offsets.refund_id]
        return problems

    def _get_unsettled_problems(self):
        """Where the company wants open invoices settled first: which of them money would be paid out past."""
        refunds = self.filtered(
            lambda refund: refund.company_id._get_client_refund_policy().client_refund_offset_policy == "require"
        )
        problems = []
        for (company, currency), group in refunds.grouped(
            lambda refund: (refund.company_id, refund.currency_id)
        ).items():
            invoices = self.env["account.move.line"]._search_open_invoices(group.partner_id, company, currency)
            by_client = invoices.grouped(lambda item: item.partner_id.commercial_partner_id)
            for refund in group:
                unsettled = refund._get_unsettled_invoices(by_client.get(refund.partner_id, invoices.browse()))
                if unsettled:
                    problem = self.env._(
                        "the client owes %(invoices)s, and open invoices must be settled first. Tick them.",
                        invoices=", ".join(unsettled.move_id.mapped("display_name")),
                    )
                    problems.append((refund, problem))
        return problems

    def _get_unsettled_invoices(self, invoices):
        """The open invoices that the credits could still settle instead of being paid out.

        :param invoices: account.move.line, what the client owes
        :return: account.move.line
        """
        self.ensure_one()
        paying_accounts = self.line_ids._filter_paid_out().move_line_id.account_id
        settled = {offset.move_line_id: offset.amount for offset in self.offset_ids}
        return invoices.filtered(
            lambda item: (
                item.account_id in paying_accounts
                and self.currency_id.compare_amounts(item.amount_residual_currency, settled.get(item, 0.0)) > 0
            )
        )
