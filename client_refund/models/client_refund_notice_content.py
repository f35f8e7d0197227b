from odoo import models
from odoo.tools import format_amount, format_date

# What is shown of an account number: enough for its owner, too little for anybody else.
SHOWN_SIGNS = 4


class ClientRefundNoticeContent(models.AbstractModel):
    """What the refund notice tells the client: what is paid, how, out of which credits, and what remains of them.

    Everything here is read by the client. Call it with the client's language in the context.
    """

    _name = "client.refund.notice.content"
    _description = "Content of a Refund Notice"

    def _get_notice_lang(self):
        """The language in which the client is written to."""
        self.ensure_one()
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang

    def _get_notice_file_name(self):
        """The name of the notice's file, in the client's language."""
        refund = self.with_context(lang=self._get_notice_lang())
        return refund.env._("Refund %(number)s", number=refund.name.replace("/", "-"))

    def _get_notice_message(self):
        """How the refund stands, where it is not simply paid out.

        :return: str, or None
        """
        self.ensure_one()
        if self.returned_on:
            return self.env._(
                "The bank returned this payment on %(date)s. What was paid out of the credits below is open again.",
                date=format_date(self.env, self.returned_on),
            )
        if self.state == "canceled":
            return self.env._("This refund was canceled. Nothing is paid out.")
        if not self._is_issued() or self._is_waiting_to_pay():
            return self.env._("Nothing is paid yet. The amounts may still change.")
        return None

    def _get_notice_date(self):
        """When the money was paid; a rail that pays later pays on a date of its own."""
        self.ensure_one()
        payments = self._get_outgoing_payments()
        return max(payments.mapped("date")) if self.booked_on and payments else self.date

    def _get_notice_ways(self):
        """How the money goes to the client: what each way pays.

        :return: dict, str: positive amount in the refund's currency; empty where nothing is paid out
        """
        self.ensure_one()
        if self.state == "canceled" or self.currency_id.is_zero(self.amount):
            return {}
        payments = self._get_outgoing_payments()
        return {
            way: sum(group.mapped("amount"))
            for way, group in payments.grouped(lambda payment: payment._get_refund_notice_way()).items()
        } or self._get_planned_ways()

    def _describe_notice_ways(self):
        """The same in a sentence; of several ways each with its amount."""
        ways = self._get_notice_ways()
        if len(ways) == 1:
            return next(iter(ways))
        return ", ".join(f"{format_amount(self.env, amount, self.currency_id)} {way}" for way, amount in ways.items())

    def _get_planned_ways(self):
        """The same, before there is a payment."""
        account = (
            self.partner_bank_id if self._is_paid_to_account(self.journal_id, self.payment_method_line_id) else None
        )
        return {self._get_notice_way(self.journal_id, self.payment_method_line_id, account): self.amount}

    def _is_paid_to_account(self, journal, method_line):
        """Whether what leaves from a journal by a payment method goes to a bank account of the client."""
        return journal.type == "bank"

    def _get_notice_way(self, journal, method_line, account):
        """How money goes to the client that leaves from a journal by a payment method, for the client to read.

        :param account: res.partner.bank, the client's, or nothing
        """
        if journal.type == "cash":
            return self.env._("in cash")
        if journal.type == "credit":
            return self.env._("by card")
        if account:
            return self.env._("to your account %(account)s", account=self._mask_account(account))
        return self.env._("by bank")

    def _get_masked_payee_account(self):
        """The client's accounts that receive the money, as the client may see them in a letter or on a screen.

        :return: str, the last signs of each, such as "•••• 1234"; empty where the money goes to no bank account
        """
        self.ensure_one()
        accounts = self.env["res.partner.bank"]
        if payments := self._get_outgoing_payments():
            accounts = accounts.union(*(payment._get_refund_payee_account() for payment in payments))
        elif self._is_paying_from_journal() and self._is_paid_to_account(self.journal_id, self.payment_method_line_id):
            accounts = self.partner_bank_id
        return ", ".join(self._mask_account(account) for account in accounts)

    def _mask_account(self, account):
        """The last signs of an account number, and never so many that it is the whole of it."""
        number = account.sanitized_acc_number or ""
        return "•••• " + number[max(len(number) - SHOWN_SIGNS, len(number) // 2) :]

    def _get_notice_settlements(self):
        """Which invoices each credit settles.

        :return: dict, client.refund.line: list of (document of the invoice, amount in the refund's currency)
        """
        self.ensure_one()
        settlements = {line: [] for line in self.line_ids}
        for line, offset, amount in self._get_settlements():
            settlements[line].append((offset.document, amount))
        return settlements
