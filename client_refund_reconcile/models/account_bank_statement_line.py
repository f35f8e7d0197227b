from odoo import models


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
        """Those of these outgoing lines that name a refund that is to leave the bank."""
        outgoing = self.filtered(lambda line: line.amount < 0)
        leaving = outgoing._search_refund_items().payment_id.client_refund_id
        return outgoing.filtered(lambda line: line._find_named(leaving))

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
