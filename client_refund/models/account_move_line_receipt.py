from datetime import timedelta

from odoo import fields, models

from odoo.addons.base.models.res_bank import sanitize_account_number


class AccountMoveLineReceipt(models.Model):
    """Where the money of a credit came from, and whether it is there to stay."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _filter_uncleared(self):
        """The receipts behind these credits whose money may still go back.

        Those are receipts that no bank statement confirms, and those within the hold days of their journal. Cash is
        in hand.

        :return: account.move.line
        """
        today = fields.Date.context_today(self)
        sources = self._get_refund_sources()
        sources._get_refund_statement_lines().mapped("date")  # read for all sources at once
        return sources.filtered(lambda line: line._is_unmatched_receipt() or line._is_held_receipt(today))

    def _get_refund_sources(self):
        """These credits, and what of the same clients their journal entries took over.

        A journal entry is no way to forget a receipt, or to get at trust money.

        :return: account.move.line
        """
        sources = added = self
        clients = self.partner_id.commercial_partner_id
        while added:
            entries = added.filtered(lambda line: line.refund_source_type == "entry").move_id
            debits = entries.line_ids.filtered(
                lambda item: (
                    item.account_type == "asset_receivable"
                    and item.balance > 0
                    and item.partner_id.commercial_partner_id in clients
                )
            )
            added = debits.matched_credit_ids.credit_move_id - sources
            if added:  # joined, records are not read together any more with those of other clients
                sources |= added
        return sources

    def _is_unmatched_receipt(self):
        payment = self.move_id.origin_payment_id
        if not payment or payment.journal_id.type == "cash":
            return False
        # what is booked on the bank account itself waits for no statement
        is_direct = payment.journal_id.default_account_id in payment.move_id.line_ids.account_id
        return not payment.is_matched or not (is_direct or self._get_refund_statement_lines())

    def _is_held_receipt(self, today):
        statement_lines = self._get_refund_statement_lines()
        if not statement_lines and not self.move_id.origin_payment_id:
            return False
        # a receipt that is booked with an old date is as young as its entry
        dates = statement_lines.mapped("date") or [self.date]
        if self.move_id.create_date:  # what was brought over from another system may have none
            dates.append(self.move_id.create_date.date())
        received = max(dates)
        return received + timedelta(days=self.journal_id.client_refund_hold_days) > today

    def _get_refund_statement_lines(self):
        """The bank statement lines that brought the money of these credits.

        Core's own field for it reads the documents of one payment after another.

        :return: account.bank.statement.line
        """
        items = self.move_id.origin_payment_id.move_id.line_ids
        outstanding = items.filtered(lambda item: item.account_id == item.payment_id.outstanding_account_id)
        outstanding = outstanding.with_prefetch(items._prefetch_ids)  # filtered, it is forgotten
        matched = outstanding.matched_debit_ids.debit_move_id | outstanding.matched_credit_ids.credit_move_id
        return self.move_id.statement_line_id | matched.statement_line_id

    def _get_refund_origin_numbers(self):
        """The numbers of the bank accounts that the money of these credits came from.

        The number on the bank statement tells (`partner_bank_id` of a statement line is core's guess), else the
        client's account that the payment names.

        :return: set of str, sanitized account numbers
        """
        numbers = set()
        for line in self._get_refund_sources():
            numbers |= line._get_statement_numbers() or line._get_payment_numbers()
        return numbers

    def _get_statement_numbers(self):
        statement_lines = self._get_refund_statement_lines()
        return {sanitize_account_number(number) for number in statement_lines.mapped("account_number") if number}

    def _get_payment_numbers(self):
        payment = self.move_id.origin_payment_id
        account = payment.partner_bank_id
        # core names the company's own account on incoming payments
        is_clients = account.partner_id.commercial_partner_id == payment.partner_id.commercial_partner_id
        return {account.sanitized_acc_number} if account and is_clients else set()
