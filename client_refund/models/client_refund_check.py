from odoo import models
from odoo.fields import Domain

from odoo.addons.base.models.res_bank import sanitize_account_number

from ..tools.problems import group_problems, raise_problems

# Documents that a message names.
NAMED = 5


class ClientRefundCheck(models.Model):
    """What is looked at before a refund is asked for or issued: all that is wrong is told at once."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    def _check_doable(self):
        """Lock the journal items, then look whether these refunds can be issued as they are.

        :raise UserError: with all that is wrong with all of them
        """
        self._lock_items()
        self._touch_clients()
        raise_problems(self._get_problems())

    def _get_problems(self):
        """Why these refunds can't be issued, read after their journal items are locked."""
        changeable = self.filtered(lambda refund: refund._is_changeable())
        blocks = self.partner_id._get_client_refund_blocks()
        own_numbers = self._search_own_account_numbers()
        bank_accounts = {company: company._get_client_refund_bank_accounts() for company in self.company_id}
        problems = [(refund, blocks[refund.partner_id]) for refund in self if refund.partner_id in blocks]
        for refund in self:
            problems += refund._get_document_problems(bank_accounts[refund.company_id])
            problems += refund._get_payee_problems(own_numbers)
        problems += changeable.line_ids._get_problems() + changeable.offset_ids._get_problems()
        # how credits settle invoices can be told only where both are right
        wrong = group_problems(problems)
        return problems + self.filtered(lambda refund: refund not in wrong)._get_settlement_problems()

    def _name_problem(self, problem):
        """A problem with client, refund and amount named."""
        self.ensure_one()
        if not self.name:
            return self.env._(
                "%(client)s, refund of %(amount)s: %(problem)s",
                client=self.partner_id.display_name,
                amount=self._format_amount(),
                problem=problem,
            )
        return self.env._(
            "%(client)s, refund %(refund)s of %(amount)s: %(problem)s",
            client=self.partner_id.display_name,
            refund=self.name,
            amount=self._format_amount(),
            problem=problem,
        )

    def _get_document_problems(self, bank_accounts):
        """What is wrong with the document itself.

        :param bank_accounts: account.account, those of the company's bank, cash and card journals
        """
        self.ensure_one()
        if self.payment_ids:
            yield self, self.env._("it already has a payment. Undo it and create a new one.")
        if not self._is_changeable():
            problem = self.env._("it is already %(state)s. Only a draft can be issued.", state=self._get_state_label())
            yield self, problem
        if not self.line_ids:
            yield self, self._get_nothing_chosen_message()
        if self.currency_id.compare_amounts(self.amount, 0) < 0:
            problem = self.env._(
                "it would settle %(offset)s, but its credits are only %(credit)s. Settle less, or choose more credits.",
                offset=self._format_amount(self.amount_offset),
                credit=self._format_amount(self.amount_credit),
            )
            yield self, problem
        if message := self._get_too_early_message():
            yield self, message
        if self._is_paying_from_journal():
            yield from self._get_journal_problems(bank_accounts)
        if self._is_paying():
            yield from self._get_lock_problems(self.date)

    def _get_nothing_chosen_message(self):
        """That there is nothing to refund, and why what is open in the ledger is none."""
        self.ensure_one()
        message = self.env._(
            "%(client)s: no credit is chosen, so there is nothing to refund. Choose at least one open credit.",
            client=self.partner_id.display_name or self.env._("No client"),
        )
        items = self.env["account.move.line"]
        owed = items.search(
            items._get_open_item_domain()
            & items._get_client_domain(self.partner_id, self.company_id)
            & Domain("amount_residual_currency", "<", 0),
            limit=NAMED,
        )
        left_out = owed - owed._filter_open_credits()
        return "\n".join([message, *(item._get_not_open_message() for item in left_out)])

    def _get_journal_problems(self, bank_accounts):
        """What is wrong with the journal and the payment method.

        :param bank_accounts: account.account, those of the company's bank, cash and card journals
        """
        self.ensure_one()
        if not self.journal_id.outbound_payment_method_line_ids:
            problem = self.env._(
                "journal %(journal)s has no outgoing payment method. "
                "Choose another journal, or add a method in its settings.",
                journal=self.journal_id.display_name or self.env._("(none)"),
            )
            yield self, problem
        elif self.payment_method_line_id not in self.available_payment_method_line_ids:
            problem = self.env._(
                "payment method %(method)s is not available for outgoing payments of journal %(journal)s. "
                "Choose one of that journal.",
                method=self.payment_method_line_id.name or self.env._("(none)"),
                journal=self.journal_id.display_name,
            )
            yield self, problem
        outstanding = self.payment_method_line_id.payment_account_id
        if outstanding and outstanding in bank_accounts - self.journal_id.default_account_id:
            problem = self.env._(
                "payment method %(method)s books on %(account)s, the account of another journal. "
                "Correct the method in the settings of journal %(journal)s.",
                method=self.payment_method_line_id.name,
                account=outstanding.display_name,
                journal=self.journal_id.display_name,
            )
            yield self, problem
        if outstanding.currency_id - self.currency_id - self.company_currency_id:
            problem = self.env._(
                "payment method %(method)s books on %(account)s, which accepts only %(currency)s. Choose another "
                "method, or remove the currency of the account.",
                method=self.payment_method_line_id.name,
                account=outstanding.display_name,
                currency=outstanding.currency_id.name,
            )
            yield self, problem
        if self.journal_id and self.journal_id not in self.available_journal_ids:
            problem = self.env._(
                "refunds can't be paid from journal %(journal)s. Choose one of %(journals)s.",
                journal=self.journal_id.display_name,
                journals=", ".join(self.available_journal_ids.mapped("display_name")) or self.env._("(none)"),
            )
            yield self, problem

    def _get_lock_problems(self, date):
        if refusal := self.company_id._get_client_refund_lock_refusal(date, self.journal_id):
            yield self, refusal

    def _get_payee_problems(self, own_numbers):
        """What is wrong with the account that would receive the money.

        :param own_numbers: set of the account numbers of all companies
        """
        self.ensure_one()
        account = self.partner_bank_id
        owner = account.partner_id.commercial_partner_id
        if self.partner_id == self.company_id.partner_id:
            yield self, self.env._("the client is the company itself. Choose the client who is owed the money.")
        if not self._is_paying_from_journal():
            return
        if account and not account.active:
            yield self, self.env._("account %(account)s is archived. Choose one in use.", account=account.acc_number)
        if sanitize_account_number(account.acc_number) in own_numbers:
            problem = self.env._(
                "account %(account)s is the company's own, or that of another company of this database. "
                "Choose an account of the client.",
                account=account.acc_number,
            )
            yield self, problem
        elif account and owner != self.partner_id:
            problem = self.env._(
                "account %(account)s belongs to %(owner)s. Choose an account of the client.",
                account=account.acc_number,
                owner=owner.display_name,
            )
            yield self, problem
        if self._is_trusted_account_missing():
            problem = self.env._(
                "payment method %(method)s pays to trusted bank accounts only. "
                "Choose one, or mark account %(account)s of the client as trusted.",
                method=self.payment_method_line_id.name,
                account=account.acc_number or self.env._("(none)"),
            )
            yield self, problem
