import re

from odoo import models

from odoo.addons.base.models.res_bank import sanitize_account_number
from odoo.addons.client_refund.tools.names import is_same_name


class AccountBankStatementLine(models.Model):
    """Which refund a line of a bank statement has paid."""

    _inherit = "account.bank.statement.line"

    def _get_refund_matches(self):
        """Which refunds' payments left with these lines.

        The one whose reference the line names; else the only one of its payee and amount that was made by then, where
        the line names none. A line over another amount, or to another account, has paid none of them.

        :return: dict, account.bank.statement.line: account.move.line, the payment's item on the outstanding account
        """
        items, candidates = self._get_refund_candidates()
        leaving = items.payment_id.client_refund_id
        refunds = leaving | self.env["client.refund"].search([("partner_id", "in", leaving.partner_id.ids)])
        named = {line: line._find_named(refunds) for line in candidates}
        matches = {}
        for is_found in (
            lambda line, item: (
                item.payment_id.client_refund_id in named[line] and not line._is_paid_elsewhere(item.payment_id)
            ),
            lambda line, item: not named[line] & leaving and line._may_have_paid(item.payment_id, named[line]),
        ):
            for line in [line for line in candidates if line not in matches]:
                taken = set(matches.values())
                found = [item for item in candidates[line] if item not in taken and is_found(line, item)]
                if len(found) == 1:
                    matches[line] = found[0]
        return matches

    def _get_refund_candidates(self):
        """What these lines may have paid, by journal, currency and amount.

        :return: (account.move.line, items of all refunds that are to leave the bank; dict,
            account.bank.statement.line: account.move.line, those of its amount)
        """
        outgoing = self.filtered(lambda line: line.amount < 0 and not line.is_reconciled)
        items = outgoing._search_refund_items()
        by_amount = items.grouped(lambda item: item._get_refund_match_key())
        return items, {line: found for line in outgoing if (found := by_amount.get(line._get_refund_match_key()))}

    def _get_elsewhere_messages(self):
        """What is said of these lines that name a refund over their amount, and another account than its payee's.

        :return: list of str
        """
        _items, candidates = self._get_refund_candidates()
        return [
            self.env._(
                "%(line)s names %(refund)s (%(client)s, %(amount)s), but went to account %(other)s instead of "
                "%(account)s. Check it at the bank, then match it manually.",
                line=line.display_name,
                refund=payment.client_refund_id.name,
                client=payment.client_refund_id.partner_id.display_name,
                amount=payment.client_refund_id._format_amount(payment.amount),
                other=line.account_number,
                account=payment.partner_bank_id.acc_number,
            )
            for line, found in candidates.items()
            for payment in found.payment_id
            if line._find_named(payment.client_refund_id) and line._is_paid_elsewhere(payment)
        ]

    def _search_refund_items(self):
        """The items on outstanding accounts of the refunds' payments that the bank may have made with these lines.

        :return: account.move.line
        """
        payments = self.env["account.payment"].search(
            [
                ("client_refund_id", "!=", False),
                ("journal_id", "in", self.journal_id.ids),
                ("move_id", "!=", False),
                ("payment_type", "=", "outbound"),
                ("state", "=", "in_process"),
            ]
        )
        items = payments.browse().move_id.line_ids.union(*(payment._seek_for_lines()[0] for payment in payments))
        return items.filtered(lambda item: item.account_id.reconcile and not item.reconciled)

    def _get_refund_match_key(self):
        """Journal, currency and amount of what left the bank and is not booked otherwise."""
        currency = self.foreign_currency_id or self.currency_id
        return (self.journal_id, currency, currency.round(self.amount_residual))

    def _find_named(self, refunds):
        """Those of these refunds whose reference this line has, however the bank writes its slashes."""
        text = self._get_refund_text().upper()
        return refunds.filtered(lambda refund: refund.name and re.search(self._get_reference_pattern(refund), text))

    def _get_reference_pattern(self, refund):
        parts = re.findall(r"[A-Z0-9]+", refund.name.upper())
        return rf"(?<![A-Z0-9]){r'[^A-Z0-9]*'.join(parts)}(?![0-9])"

    def _get_refund_text(self):
        """All that the bank says of this line.

        :return: str
        """
        return " ".join(
            str(text) for text in (self.payment_ref, self.ref, self.narration, self.transaction_details) if text
        )

    def _may_have_paid(self, payment, named):
        """Whether this line went to the payee of a payment after it was made.

        One that names a refund of that client which has left already was sent twice.

        :param named: client.refund, those that this line names
        """
        client = payment.client_refund_id.partner_id
        return self.date >= payment.date and self._is_paid_to(payment) and client not in named.partner_id

    def _is_paid_to(self, payment):
        """Whether this line says that it went to the payee of a payment: by account, else by client or name."""
        client = payment.partner_id.commercial_partner_id
        if self.account_number and payment.partner_bank_id:
            return not self._is_paid_elsewhere(payment)
        if self.partner_id:
            return self.partner_id.commercial_partner_id == client
        return bool(self.partner_name) and is_same_name(self.partner_name, payment.client_refund_id.payee_name)

    def _is_paid_elsewhere(self, payment):
        """Whether this line says that it went to another account than that of a payment's payee."""
        account = payment.partner_bank_id
        return bool(self.account_number and account) and not account._is_number(
            sanitize_account_number(self.account_number)
        )

    def _match_refund(self, item):
        """Match this line with the payment that it made.

        :param item: account.move.line, the payment's item on the outstanding account
        """
        suspense = self._seek_for_lines()[1]
        suspense.write({"account_id": item.account_id.id, "partner_id": item.partner_id.id})
        (suspense | item).reconcile()
