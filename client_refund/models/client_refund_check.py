from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.base.models.res_bank import sanitize_account_number

from .client_refund_problems import raise_problems

# Documents that a message names.
NAMED = 5


class ClientRefundCheck(models.Model):
    """What is looked at before a refund is asked for or issued: all that is wrong is told at once."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    def _check_postable(self):
        """Lock the journal items, then look whether these refunds can be issued as they are.

        :raise UserError: with all that is wrong with all of them
        """
        self._lock_items()
        self._touch_clients()
        raise_problems(problem for problems in self._get_problems().values() for problem in problems)

    def _get_problems(self):
        """Why these refunds can't be issued, read after their journal items are locked.

        :return: dict, client.refund: list of str, naming client and refund; only those that have problems
        """
        problems = defaultdict(list, self._get_terms_problems())
        changeable = self.filtered(lambda refund: refund._is_changeable())
        for items in (changeable.line_ids, changeable.offset_ids):
            for item, problem in items._get_problems().items():
                problems[item.refund_id].append(problem)
        # how credits settle invoices can be told only where both are right
        for refund, problem in self.filtered(lambda refund: refund not in problems)._get_settlement_problems():
            problems[refund].append(problem)
        return dict(problems)

    def _get_terms_problems(self):
        """What is wrong with these refunds, apart from their credits and offsets.

        :return: dict, client.refund: list of str
        """
        blocks = self.partner_id._get_client_refund_blocks()
        own_numbers = self._get_own_account_numbers()
        bank_accounts = {company: self._get_bank_accounts(company) for company in self.company_id}
        found = {
            refund: [
                *filter(None, [blocks.get(refund.partner_id)]),
                *refund._get_document_problems(bank_accounts[refund.company_id]),
                *refund._get_payee_problems(own_numbers),
            ]
            for refund in self
        }
        return {
            refund: [refund._name_problem(problem) for problem in problems]
            for refund, problems in found.items()
            if problems
        }

    def _name_problem(self, problem):
        """A problem with client, refund and amount named.

        :return: str
        """
        self.ensure_one()
        if not self.name:
            return self.env._(
                "%(client)s, refund over %(amount)s: %(problem)s",
                client=self.partner_id.display_name,
                amount=self._format_amount(),
                problem=problem,
            )
        return self.env._(
            "%(client)s, refund %(refund)s over %(amount)s: %(problem)s",
            client=self.partner_id.display_name,
            refund=self.name,
            amount=self._format_amount(),
            problem=problem,
        )

    def _get_document_problems(self, bank_accounts):
        """What is wrong with the document itself.

        :param bank_accounts: account.account, those of the company's bank, cash and card journals
        :return: list of str
        """
        self.ensure_one()
        problems = []
        if self.payment_ids:
            problems.append(self.env._("it has a payment already. Undo it and make a new one."))
        if not self._is_changeable():
            problems.append(
                self.env._("it is %(state)s already. Only a draft can be issued.", state=self._get_state_label())
            )
        if not self.line_ids:
            problems.append(self._get_nothing_chosen_message())
        if self.currency_id.compare_amounts(self.amount, 0) < 0:
            problems.append(
                self.env._(
                    "it would settle %(offset)s from credits of %(credit)s. Settle less, or choose more credits.",
                    offset=self._format_amount(self.amount_offset),
                    credit=self._format_amount(self.amount_credit),
                )
            )
        problems += self._get_date_problems()
        if self._is_paying_from_journal():
            problems += self._get_journal_problems(bank_accounts)
        if not self.currency_id.active:
            problems.append(
                self.env._(
                    "its currency %(currency)s is archived. Activate the currency first.", currency=self.currency_id.name
                )
            )
        if self._is_paying():
            problems += self._get_lock_date_problems(self.date)
        return problems

    def _get_date_problems(self):
        """What is wrong with the date: nothing is paid back before the firm owes it.

        :return: list of str
        """
        youngest = self._get_youngest_credit()
        if not youngest or youngest.date <= self.date:
            return []
        return [
            self.env._(
                "it is dated %(date)s, before %(document)s of %(document_date)s. Date it %(document_date)s or later, "
                "or leave that out.",
                date=format_date(self.env, self.date),
                document=youngest.move_id.display_name,
                document_date=format_date(self.env, youngest.date),
            )
        ]

    def _get_nothing_chosen_message(self):
        """That there is nothing to refund, and why what is open in the ledger is none.

        :return: str
        """
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
        :return: list of str
        """
        self.ensure_one()
        problems = []
        if not self.journal_id.outbound_payment_method_line_ids:
            problems.append(
                self.env._(
                    "journal %(journal)s has no outgoing payment method. "
                    "Choose another journal, or add a method in its settings.",
                    journal=self.journal_id.display_name or self.env._("(none)"),
                )
            )
        elif self.payment_method_line_id not in self.available_payment_method_line_ids:
            problems.append(
                self.env._(
                    "payment method %(method)s is not available for outgoing payments of journal %(journal)s. "
                    "Choose one of that journal.",
                    method=self.payment_method_line_id.name or self.env._("(none)"),
                    journal=self.journal_id.display_name,
                )
            )
        outstanding = self.payment_method_line_id.payment_account_id
        if outstanding and outstanding in bank_accounts - self.journal_id.default_account_id:
            problems.append(
                self.env._(
                    "payment method %(method)s books on %(account)s, the account of another journal. "
                    "Correct the method in the settings of journal %(journal)s.",
                    method=self.payment_method_line_id.name,
                    account=outstanding.display_name,
                    journal=self.journal_id.display_name,
                )
            )
        if outstanding.currency_id - self.currency_id - self.company_currency_id:
            problems.append(
                self.env._(
                    "payment method %(method)s books on %(account)s, which takes %(currency)s alone. Choose another "
                    "method, or remove the currency of the account.",
                    method=self.payment_method_line_id.name,
                    account=outstanding.display_name,
                    currency=outstanding.currency_id.name,
                )
            )
        if outstanding and not outstanding.active:
            problems.append(
                self.env._(
                    "payment method %(method)s books on %(account)s, which is archived. Choose another method, or "
                    "unarchive the account.",
                    method=self.payment_method_line_id.name,
                    account=outstanding.display_name,
                )
            )
        if self.journal_id and self.journal_id not in self.available_journal_ids:
            problems.append(
                self.env._(
                    "refunds can't be paid from journal %(journal)s. Choose one of %(journals)s.",
                    journal=self.journal_id.display_name,
                    journals=", ".join(self.available_journal_ids.mapped("display_name")) or self.env._("(none)"),
                )
            )
        return problems

    @api.model
    def _get_bank_accounts(self, company):
        """The accounts of a company's bank, cash and card journals: money leaves from them only through their own.

        :return: account.account
        """
        journals = self.env["account.journal"]
        return journals.search(
            [*journals._check_company_domain(company), ("type", "in", ("bank", "cash", "credit"))]
        ).default_account_id

    def _get_lock_date_problems(self, date):
        return self.company_id._get_client_refund_lock_problems(date, self.journal_id)

    def _get_payee_problems(self, own_numbers):
        """What is wrong with the account that would receive the money.

        :param own_numbers: set of the account numbers of all companies
        :return: list of str
        """
        self.ensure_one()
        account = self.partner_bank_id
        owner = account.partner_id.commercial_partner_id
        problems = []
        if self.partner_id == self.company_id.partner_id:
            problems.append(self.env._("the client is the company itself. Choose the client who is owed the money."))
        if not self._is_paying_from_journal():
            return problems
        if account and not account.active:
            problems.append(
                self.env._("account %(account)s is archived. Choose one in use.", account=account.acc_number)
            )
        if sanitize_account_number(account.acc_number) in own_numbers:
            problems.append(
                self.env._(
                    "account %(account)s is the company's own, or that of another company of this database. "
                    "Choose an account of the client.",
                    account=account.acc_number,
                )
            )
        elif account and owner != self.partner_id:
            problems.append(
                self.env._(
                    "account %(account)s belongs to %(owner)s. Choose an account of the client.",
                    account=account.acc_number,
                    owner=owner.display_name,
                )
            )
        if self._is_trusted_account_missing():
            problems.append(
                self.env._(
                    "payment method %(method)s pays to trusted bank accounts only. "
                    "Choose one, or mark account %(account)s of the client as trusted.",
                    method=self.payment_method_line_id.name,
                    account=account.acc_number or self.env._("(none)"),
                )
            )
        return problems
