from datetime import timedelta

from odoo import fields, models

from odoo.addons.base.models.res_bank import sanitize_account_number

# A journal whose latest statement line is older than this before a receipt is one that the bank does not confirm.
STATEMENT_WINDOW = timedelta(days=90)


class AccountMoveLineReceipt(models.Model):
    """Where the money of a credit came from, and whether it is there to stay."""

    _inherit = "account.move.line"  # pylint: disable=consider-merging-classes-inherited

    def _filter_may_bounce(self):
        """The credits among these behind which there is a receipt whose money may still go back.

        :return: account.move.line
        """
        uncleared = self._filter_uncleared()
        if not uncleared:
            return uncleared
        # only an entry takes over receipts, and then all its items of a client do
        entries = (self - uncleared).filtered(lambda credit: credit.refund_source_type == "entry")
        by_entry = entries.grouped(lambda credit: (credit.move_id, credit.partner_id.commercial_partner_id))
        return (self & uncleared).union(
            *(credits for credits in by_entry.values() if credits[0]._get_refund_sources() & uncleared)
        )

    def _filter_uncleared(self):
        """The receipts behind these credits whose money may still go back.

        Those are receipts that the bank has not confirmed, in journals whose receipts it does confirm, and those within
        the hold days of their journal. Cash is in hand.

        :return: account.move.line
        """
        today = fields.Date.context_today(self)
        receipts = self._get_refund_sources()._filter_receipts()
        receipts._get_refund_statement_lines().mapped("date")  # read for all of them at once
        unconfirmed = receipts.filtered(lambda line: line._is_unconfirmed_receipt())
        return unconfirmed._filter_confirmed_by_bank() | receipts.filtered(lambda line: line._is_held_receipt(today))

    def _filter_receipts(self):
        """Those of these credits that brought money: payments, and what the bank booked."""
        receipts = self.filtered(lambda line: line.refund_source_type in ("payment", "bank"))
        return receipts.with_prefetch(self._prefetch_ids)  # filtered, it is forgotten

    def _get_uncleared_message(self, documents):
        """What is said of receipts whose money may still go back.

        :param documents: list of str
        """
        return self.env._(
            "%(documents)s may still bounce: the bank has not confirmed it yet, or it is within the hold days of its "
            "journal.",
            documents=", ".join(documents),
        )

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

    def _is_unconfirmed_receipt(self):
        """Whether no statement line stands for this receipt, though one could."""
        payment = self.move_id.origin_payment_id
        if not payment or payment.journal_id.type == "cash":
            return False
        # what is booked on the bank account itself waits for no statement
        is_direct = payment.journal_id.default_account_id in payment.move_id.line_ids.account_id
        return not is_direct and not (payment.is_matched and self._get_refund_statement_lines())

    def _filter_confirmed_by_bank(self):
        """The receipts among these whose journal has statement lines of their time: there the bank does confirm.

        :return: account.move.line
        """
        if not self:
            return self
        # whether the firm works with statements does not depend on who looks
        lines = self.env["account.bank.statement.line"].sudo()
        groups = lines._read_group([("journal_id", "in", self.journal_id.ids)], ["journal_id"], ["internal_index:max"])
        latest = {journal.id: index for journal, index in groups}
        return self.filtered(
            # an index of a statement line begins with its date
            lambda line: latest.get(line.journal_id.id, "") >= f"{line.date - STATEMENT_WINDOW:%Y%m%d}"
        )

    def _is_held_receipt(self, today):
        if self.journal_id.type == "cash":
            return False
        statement_lines = self._get_refund_statement_lines()
        if not statement_lines and not self.move_id.origin_payment_id:
            return False
        # a receipt that is booked with an old date is as young as its entry
        dates = statement_lines.mapped("date") or [self.date]
        if self.move_id.create_date:  # what was brought over from another system may have none
            # by the user's day, as today is
            dates.append(fields.Datetime.context_timestamp(self, self.move_id.create_date).date())
        received = max(dates)
        return received + timedelta(days=self.journal_id.client_refund_hold_days) > today

    def _get_refund_statement_lines(self):
        """The bank statement lines that brought the money of these credits.

        Core's own field for it reads the documents of one payment after another.

        :return: account.bank.statement.line
        """
        payments = self.move_id.origin_payment_id
        if not payments:
            return self.move_id.statement_line_id
        items = payments.move_id.line_ids
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
        for line in self._get_refund_sources()._filter_receipts():
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

    def _may_be_booked_twice(self, others):
        """Whether one of these credits and one of the others look like the same document, booked twice.

        :param others: account.move.line
        """
        return any(credit._looks_like(other) for credit in self for other in others - credit)

    def _looks_like(self, other):
        """Whether another credit is of the same amount and reference, or where one has none, of the same date."""
        if self.currency_id.compare_amounts(self.amount_currency, other.amount_currency):
            return False
        references = {self.move_id.ref or "", other.move_id.ref or ""}
        if "" in references:
            return self.date == other.date
        return len(references) == 1
