from contextlib import ExitStack
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import ClientRefundCommon

# Whose acts these are: ordinary accounting.
MODELS = (
    "account.bank.statement.line",
    "account.journal",
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "account.payment",
    "account.payment.register",
    "base.partner.merge.automatic.wizard",
    "mail.compose.message",
    "res.partner",
    "res.partner.bank",
)


def passed_over(cls, name):
    """A method in place of an override that does what is overridden alone."""
    return lambda self, *args, **kwargs: getattr(super(cls, self), name)(*args, **kwargs)


@tagged("post_install", "-at_install")
class TestNobodyElsePays(ClientRefundCommon):
    """Ordinary accounting takes no more queries than with core's methods alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._create_user(
            "accountant", "Anton", "account.group_account_user,base.group_partner_manager"
        )
        cls._refund({cls._credit_note(10, partner=cls.other_client): None}, partner_id=cls.other_client.id)
        # control is there, and what it is about
        cls.company.write({"client_refund_approval_policy": "always", "client_refund_only_by_refund": True})
        cls.trust = cls.receivable.copy({"code": "TRUST1", "name": "Trust receivable"})
        cls.company.client_refund_excluded_account_ids = cls.trust
        cls.payable = cls.company_data["default_account_payable"]

    def _without_guards(self):
        """Let this addon's overrides of core do nothing but what they override."""
        stack = ExitStack()
        for name in MODELS:
            classes = self.registry[name].mro()
            for index, cls in enumerate(classes):
                if not cls.__module__.startswith("odoo.addons.client_refund"):
                    continue
                for method, value in list(vars(cls).items()):
                    if callable(value) and any(method in vars(other) for other in classes[index + 1 :]):
                        stack.enter_context(patch.object(cls, method, passed_over(cls, method)))
        return stack

    def _count(self, act, records):
        is_for_clerks = records._name in ("account.move", "account.move.line", "account.payment")
        records = records.with_user(self.clerk if is_for_clerks else self.accountant)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act(records)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _assert_no_more(self, prepare, act, but=0):
        """An act on records takes no more queries with the guards than without.

        :param but: int, how many more it takes all the same
        """
        counts = []
        for guarded in (True, False, True, False):  # the first two fill the caches
            with self.env.cr.savepoint() as savepoint:
                records = prepare()
                with ExitStack() if guarded else self._without_guards():
                    counts.append(self._count(act, records))
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertLessEqual(counts[2], counts[3] + but, counts)

    def _assert_none_costs_more(self, acts):
        for name, steps in acts.items():
            with self.subTest(name):
                self._assert_no_more(*steps)

    def _draft_document(self, move_type):
        move = self._document(move_type, 100)
        move.button_draft()
        return move

    def _vals(self, move_type):
        return {
            "move_type": move_type,
            "partner_id": self.client.id,
            "invoice_date": "2024-03-01",
            "invoice_line_ids": [
                Command.create({"name": "Work", "price_unit": 100, "tax_ids": [], "account_id": self.revenue.id})
            ],
        }

    def test_documents(self):
        def pay(moves):
            moves.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=moves.ids
            ).create({}).action_create_payments()

        for move_type in ("out_invoice", "out_refund", "in_invoice", "in_refund"):
            moves = self.env["account.move"]
            self._assert_none_costs_more(
                {
                    f"{move_type} {name}": steps
                    for name, steps in {
                        "create": (lambda: moves, lambda moves, kind=move_type: moves.create([self._vals(kind)] * 3)),
                        "post": (lambda kind=move_type: self._draft_document(kind), lambda move: move.action_post()),
                        "reset": (lambda kind=move_type: self._document(kind, 100), lambda move: move.button_draft()),
                        "edit": (
                            lambda kind=move_type: self._draft_document(kind),
                            lambda move: move.write({"partner_id": self.other_client.id, "ref": "x"}),
                        ),
                        "reverse": (
                            lambda kind=move_type: self._document(kind, 100),
                            lambda move: move._reverse_moves([{"invoice_date": "2024-03-02"}], cancel=True),
                        ),
                        "delete": (lambda kind=move_type: self._draft_document(kind), lambda move: move.unlink()),
                        **(
                            {"pay": (lambda kind=move_type: self._document(kind, 100), pay)}
                            if move_type != "out_refund"
                            else {}
                        ),
                    }.items()
                }
            )

    def test_payments(self):
        payments = self.env["account.payment"]

        def posted(**values):
            return self._payment(100, **values).move_id.origin_payment_id

        vendor = {"payment_type": "outbound", "partner_type": "supplier"}
        self._assert_none_costs_more(
            {
                f"{name} {values}": steps
                for values in ({}, vendor)
                for name, steps in {
                    "create": (
                        lambda: payments,
                        lambda payments, values=values: payments.create([self._prepare_payment_vals(10, **values)] * 3),
                    ),
                    "post": (
                        lambda values=values: payments.create(self._prepare_payment_vals(10, **values)),
                        lambda payment: payment.action_post(),
                    ),
                    "validate": (lambda values=values: posted(**values), lambda payment: payment.action_validate()),
                    "reset": (lambda values=values: posted(**values), lambda payment: payment.action_draft()),
                    "cancel": (lambda values=values: posted(**values), lambda payment: payment.action_cancel()),
                    "edit": (
                        lambda values=values: posted(**values),
                        lambda payment: payment.write({"memo": "x", "date": "2024-03-05"}),
                    ),
                }.items()
            }
        )

    def test_items(self):
        def pair(account=self.receivable):
            return self._entry(100, account=account) | self._entry(-100, account=account)

        def reconciled(account=self.receivable):
            items = pair(account)
            items.reconcile()
            return items

        self._assert_none_costs_more(
            {
                f"{name} {account.code}": steps
                for account in (self.receivable, self.payable, self.trust)
                for name, steps in {
                    "reconcile": (lambda account=account: pair(account), lambda items: items.reconcile()),
                    "unreconcile": (
                        lambda account=account: reconciled(account),
                        lambda items: items.remove_move_reconcile(),
                    ),
                    "label": (lambda account=account: pair(account), lambda items: items.write({"name": "x"})),
                    "due": (
                        lambda account=account: pair(account),
                        lambda items: items.write({"date_maturity": "2024-05-01"}),
                    ),
                    "client": (
                        lambda account=account: pair(account),
                        lambda items: items.write({"partner_id": self.other_client.id}),
                    ),
                    "account": (
                        lambda account=account: pair(account),
                        lambda items: items.write({"account_id": self.revenue.id}),
                    ),
                }.items()
            }
        )

    def test_statement_lines(self):
        lines = self.env["account.bank.statement.line"]
        values = {
            "payment_ref": "Receipt",
            "journal_id": self.bank.id,
            "amount": 10,
            "date": "2024-03-03",
            "partner_id": self.client.id,
        }

        def book(line):
            line._seek_for_lines()[1].account_id = self.receivable

        self._assert_none_costs_more(
            {
                "create": (lambda: lines, lambda lines: lines.create([values] * 3)),
                "edit": (
                    lambda: lines.create(values),
                    lambda line: line.write({"partner_id": self.other_client.id, "payment_ref": "x"}),
                ),
                "book": (lambda: lines.create(values), book),
                "delete": (lambda: lines.create(values), lambda line: line.unlink()),
            }
        )

    def test_clients(self):
        partners = self.env["res.partner"]
        account = {"acc_number": "BE1234", "partner_id": self.client.id}
        self._assert_none_costs_more(
            {
                "create": (lambda: partners, lambda partners: partners.create([{"name": "New"}] * 3)),
                "rename": (lambda: self.client, lambda client: client.write({"name": "x", "phone": "1"})),
                "same family": (
                    lambda: self.client,
                    lambda client: client.write({"parent_id": False, "is_company": False, "email": "a@example.com"}),
                ),
                "new family": (
                    lambda: self._create_client("Person"),
                    lambda person: person.write({"parent_id": self.client.id}),
                    1,  # that it was moved is kept
                ),
                "archive": (lambda: self.client, lambda client: client.action_archive()),
                "delete": (lambda: self._create_client("Gone"), lambda client: client.unlink()),
                "account": (lambda: self.env["res.partner.bank"], lambda accounts: accounts.create(account)),
                "account edited": (
                    lambda: self._bank_account("BE1234", trusted=False),
                    lambda bank_account: bank_account.write({"acc_number": "BE1234", "note": "x"}),
                ),
            }
        )
