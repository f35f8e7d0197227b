from odoo import models
from odoo.tools import SQL


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _do_auto_reconcile_invoices(self):
        """A line that has paid a refund is its; one that names a refund over another amount is left to a person."""
        matches = self._get_refund_matches()
        for line, item in matches.items():
            line._propose_refund(item)
        matched = self.browse().union(*matches)
        others = self - matched
        naming = others._filter_naming_refunds()
        left, done = super(AccountBankStatementLine, others - naming)._do_auto_reconcile_invoices()
        return left | naming, done | matched

    def _filter_naming_refunds(self):
        """Those of these outgoing lines that name a refund that is on its way."""
        outgoing = self.filtered(lambda line: line.amount < 0)
        refunds = self.env["client.refund"].search(
            [("journal_id", "in", outgoing.journal_id.ids), ("state", "=", "in_process")]
        )
        return outgoing.filtered(lambda line: line._find_named(refunds))

    def _do_auto_reconcile_invoices_query(self):
        """Take nothing of a refund that is on its way: to OCA's rule a line without a text fits any number and amount.

        Counted as before, so that where a refund may be meant nothing else is taken instead.
        """
        query = super()._do_auto_reconcile_invoices_query()
        on_its_way = [("client_refund_id.state", "=", "in_process")]
        payments = self.env["account.payment"]._search(on_its_way, bypass_access=True)
        held = self.env["client.refund.line"]._search([("refund_id.state", "=", "in_process")], bypass_access=True)
        items = self.env["account.move.line"]._table
        query.having = SQL(
            "%s AND BOOL_OR(%s IN %s OR %s IN %s) IS NOT TRUE",
            query.having,
            SQL.identifier(items, "payment_id"),
            payments.subselect(),
            SQL.identifier(items, "id"),
            held.subselect(SQL.identifier(held.table, "move_line_id")),
        )
        return query

    def _propose_refund(self, item):
        """Put the payment that this line made beside it, as when a person chooses it.

        :param item: account.move.line, the payment's item on the outstanding account
        """
        self.ensure_one()
        data, number = [], 1
        for line in self._seek_for_lines()[0]:
            number, lines = self._get_reconcile_line(line, "liquidity", reconcile_auxiliary_id=number, move=True)
            data += lines
        number, lines = self._get_reconcile_line(
            item,
            "other",
            is_counterpart=True,
            max_amount=self.amount_currency or self.amount,
            reconcile_auxiliary_id=number,
            move=True,
        )
        self.reconcile_data_info = self._recompute_suspense_line(data + lines, number, self.manual_reference)
