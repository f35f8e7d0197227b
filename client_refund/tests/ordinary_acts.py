"""Acts of ordinary accounting, counted with the addons and without them."""

import re
from collections import Counter
from contextlib import contextmanager
from functools import cache
from unittest.mock import patch

from odoo import Command, api
from odoo.modules.module_graph import ModuleGraph
from odoo.modules.registry import Registry
from odoo.orm.environments import Transaction
from odoo.sql_db import Cursor
from odoo.tools import config, mute_logger

# Each change in the ledger goes through all that follows it, whether there is any of it or not.
LEDGER = ("account.move", "account.move.line", "account.partial.reconcile", "account.payment")
# What a query does, and where first.
KIND = re.compile(r'\s*(\w+)(?:.*?(?:FROM|INTO|(?<=UPDATE))\s+"?(\w+))?', re.DOTALL)


@cache
def load_plain_registry(db_name):
    """The registry of a database as if none of these addons were installed.

    Odoo keeps the registries of several databases apart in one process: so it does two of the same one.
    """
    extend, own = ModuleGraph.extend, Registry.registries[db_name]

    def extend_with_others(graph, names):
        extend(graph, [name for name in names if not name.startswith("client_refund")])

    try:
        with (
            patch.object(ModuleGraph, "extend", extend_with_others),
            patch.dict(config.options.maps[0], test_enable=False),  # no tests of what is loaded
            mute_logger("odoo.modules.loading"),  # it misses what is left out
        ):
            return Registry.new(db_name)
    finally:
        Registry.registries[db_name] = own


class OrdinaryActs:
    """For tests of an addon: none of these acts takes one query more than without it, on the same data.

    Each act is a pair: what gives its records, and what is done with them. Those with the same first share the records.
    """

    # but for what must be kept: that a contact became one of another client
    ALLOWED = {"new family": 1}
    MOVE_TYPES = ("out_invoice", "out_refund", "in_invoice", "in_refund")
    ACCOUNTS = ("receivable", "payable", "trust")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._create_user(
            "ordinary_accountant", "Anton", "account.group_account_user,base.group_partner_manager"
        )
        cls.payable = cls.company_data["default_account_payable"]
        cls.trust = cls.receivable.copy({"code": "TRUST1", "name": "Trust receivable"})
        # control is there, and what it is about
        cls.company.client_refund_approval_policy = "always"
        cls.company.client_refund_excluded_account_ids = cls.trust

    @contextmanager
    def _without_addons(self):
        """Within, all that this test has at hand is of a registry without the addons, in the same transaction."""
        self.env.flush_all()
        with patch.object(self.cr, "transaction", Transaction(load_plain_registry(self.cr.dbname))):
            env = api.Environment(self.cr, self.env.uid, {})

            def move(value):
                if isinstance(value, dict):
                    return {name: move(item) for name, item in value.items()}
                if isinstance(value, api.Environment):
                    return env
                return env[value._name].browse(value.ids) if getattr(value, "_name", None) in env else value

            values = {name: getattr(type(self), name) for name in dir(type(self)) if not name.startswith("__")}
            moved = {name: move(value) for name, value in values.items()}
            changed = {name: value for name, value in moved.items() if value is not values[name]}
            with patch.multiple(type(self), **changed):
                yield
            env.flush_all()
        self.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self.known = set()  # acts whose caches are filled

    @staticmethod
    def _count_followers(registry, names):
        """How much the ORM goes through, for all these fields, to see what follows them.

        :param names: list of (str, str), models and fields
        """
        return sum(
            1 + len(node.root)
            for model, name in names
            for node in registry.get_field_trigger_tree(registry[model]._fields[name]).depth_first()
        )

    def _record_all(self, acts):
        """The queries of each act, all that begin alike on the same records.

        :param acts: dict, name: (function that gives records, function that does something with them)
        :return: dict, name: Counter
        """
        queries = {}
        for prepare in {prepare: None for prepare, _act in acts.values()}:
            with self.cr.savepoint() as savepoint:
                records = prepare()
                is_for_clerks = records._name in ("account.move", "account.move.line", "account.payment")
                records = records.with_user(self.clerk if is_for_clerks else self.accountant)
                queries |= {
                    name: self._record(name, records, act) for name, (begin, act) in acts.items() if begin == prepare
                }
                savepoint.rollback()
            self.env.invalidate_all()
        return queries

    def _record(self, name, records, act):
        """The queries of an act, its caches filled: by itself the first time, by the same act on other records later.

        :return: Counter
        """
        key = name, id(self.env.registry)
        for _time in range(1 if key in self.known else 2):
            with self.cr.savepoint() as savepoint:
                self.env.flush_all()
                self.env.invalidate_all()
                with self._recorded() as queries:
                    act(records)
                    self.env.flush_all()
                savepoint.rollback()
            self.env.invalidate_all()
        self.known.add(key)
        return Counter(" ".join(KIND.match(query).groups("")) for query in queries)

    @contextmanager
    def _recorded(self):
        queries, execute = [], Cursor.execute

        def record(cursor, query, *args, **kwargs):
            code = getattr(query, "code", query)
            queries.append(code.decode() if isinstance(code, bytes) else code)
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", record):
            yield queries

    def _assert_none_costs_more(self, get_acts):
        """:param get_acts: function that gives a dict, name: act"""
        with self._without_addons():
            plain = self._record_all(get_acts())
        own = self._record_all(get_acts())
        costs = {
            name: dict(queries - plain[name])
            for name, queries in own.items()
            if queries.total() > plain[name].total() + self.ALLOWED.get(name, 0)
        }
        self.assertFalse(costs)

    def _draft_document(self, move_type):
        move = self._document(move_type, 100)
        move.button_draft()
        return move

    def _prepare_document_vals(self, move_type):
        return {
            "move_type": move_type,
            "partner_id": self.client.id,
            "invoice_date": "2024-03-01",
            "invoice_line_ids": [
                Command.create({"name": "Work", "price_unit": 100, "tax_ids": [], "account_id": self.revenue.id})
            ],
        }

    @staticmethod
    def _pay(moves):
        moves.env["account.payment.register"].with_context(active_model="account.move", active_ids=moves.ids).create(
            {}
        ).action_create_payments()

    def _get_document_acts(self, move_type):
        moves = self.env["account.move"]

        def post():
            return self._document(move_type, 100)

        def draft():
            return self._draft_document(move_type)

        return {
            "create": (lambda: moves, lambda moves: moves.create([self._prepare_document_vals(move_type)] * 3)),
            "post": (draft, lambda move: move.action_post()),
            "post the first time": (
                lambda: moves.create(self._prepare_document_vals(move_type)),
                lambda move: move.action_post(),
            ),
            "reset": (post, lambda move: move.button_draft()),
            "edit": (draft, lambda move: move.write({"partner_id": self.other_client.id, "ref": "x"})),
            "edit lines": (draft, lambda move: move.invoice_line_ids.write({"price_unit": 110})),
            "reverse": (post, lambda move: move._reverse_moves([{"invoice_date": "2024-03-02"}], cancel=True)),
            "cancel": (draft, lambda move: move.button_cancel()),
            "delete": (draft, lambda move: move.unlink()),
            "pay": (post, self._pay),
        }

    def _get_payment_acts(self, **values):
        payments = self.env["account.payment"]

        def draft():
            return payments.create(self._prepare_payment_vals(10, **values))

        def post():
            payment = draft()
            payment.action_post()
            return payment

        return {
            "create": (
                lambda: payments,
                lambda payments: payments.create([self._prepare_payment_vals(10, **values)] * 3),
            ),
            "post": (draft, lambda payment: payment.action_post()),
            "validate": (post, lambda payment: payment.action_validate()),
            "reset": (post, lambda payment: payment.action_draft()),
            "cancel": (post, lambda payment: payment.action_cancel()),
            "edit": (post, lambda payment: payment.write({"memo": "x", "date": "2024-03-05"})),
            "delete": (draft, lambda payment: payment.unlink()),
        }

    def _get_item_acts(self, account):
        def pair():
            return self._items(100, account) | self._items(-100, account)

        def reconciled():
            items = pair()
            items.reconcile()
            return items

        return {
            "reconcile": (pair, lambda items: items.reconcile()),
            "reconcile in part": (
                lambda: self._items(100, account) | self._items(-40, account),
                lambda items: items.reconcile(),
            ),
            "unreconcile": (reconciled, lambda items: items.remove_move_reconcile()),
            "label": (pair, lambda items: items.write({"name": "x"})),
            "due": (pair, lambda items: items.write({"date_maturity": "2024-05-01"})),
            "client": (pair, lambda items: items.write({"partner_id": self.other_client.id})),
            "account": (pair, lambda items: items.write({"account_id": self.revenue.id})),
        }

    def _items(self, amount, account):
        return self._entry(amount, account=account).move_id.line_ids.filtered(lambda item: item.account_id == account)

    def _get_statement_acts(self):
        lines = self.env["account.bank.statement.line"]
        values = {
            "payment_ref": "Receipt",
            "journal_id": self.bank.id,
            "amount": 10,
            "date": "2024-03-03",
            "partner_id": self.client.id,
        }

        def receipt():
            return lines.create(values)

        def book(line):
            line._seek_for_lines()[1].account_id = self.receivable

        return {
            "create": (lambda: lines, lambda lines: lines.create([values] * 3)),
            "edit": (receipt, lambda line: line.write({"partner_id": self.other_client.id, "payment_ref": "x"})),
            "book": (receipt, book),
            "undo": (receipt, lambda line: line.action_undo_reconciliation()),
            "delete": (receipt, lambda line: line.unlink()),
        }

    def _get_client_acts(self):
        partners = self.env["res.partner"]
        account = {"acc_number": "BE1234", "partner_id": self.client.id}
        return {
            "create": (lambda: partners, lambda partners: partners.create([{"name": "New"}] * 3)),
            "rename": (lambda: self.client, lambda client: client.write({"name": "x", "phone": "1"})),
            "same family": (
                lambda: self.client,
                lambda client: client.write({"parent_id": False, "is_company": False, "email": "a@example.com"}),
            ),
            "new family": (
                lambda: self._create_client("Person"),
                lambda person: person.write({"parent_id": self.client.id}),
            ),
            "archive": (lambda: self.client, lambda client: client.action_archive()),
            "delete": (lambda: self._create_client("Gone"), lambda client: client.unlink()),
            "account": (lambda: self.env["res.partner.bank"], lambda accounts: accounts.create(account)),
            "account edited": (
                lambda: self._bank_account("BE1234", trusted=False),
                lambda bank_account: bank_account.write({"acc_number": "BE1234", "note": "x"}),
            ),
            "account deleted": (
                lambda: self._bank_account("BE1234", trusted=False),
                lambda bank_account: bank_account.unlink(),
            ),
        }

    # -------------------------------------------------------------------------
    # None costs more
    # -------------------------------------------------------------------------

    def test_little_more_follows_the_ledger(self):
        plain = load_plain_registry(self.cr.dbname)
        names = [(model, name) for model in LEDGER for name in plain[model]._fields]
        more = self._count_followers(self.env.registry, names) / self._count_followers(plain, names) - 1
        self.assertLess(more, 0.04)

    def test_little_is_found_out_of_each_field(self):
        """Core has all fields of a journal item described each time that it writes one."""
        items, tried = self.env["account.move.line"], set()
        plain = load_plain_registry(self.cr.dbname)[items._name]

        def record(method):
            def call(model, *args, **kwargs):
                tried.update(arg for arg in args if arg in items._fields and arg not in plain._fields)
                return method(model, *args, **kwargs)

            return call

        with (
            patch.object(type(items), "_order_field_to_sql", record(type(items)._order_field_to_sql)),
            patch.object(type(items), "_read_group_groupby", record(type(items)._read_group_groupby)),
        ):
            described = items.fields_get()
        self.assertFalse(tried)
        for name in described.keys() - plain._fields.keys():
            field = items._fields[name]
            of_core = next(base for base in type(field).__mro__ if base.__module__.startswith("odoo.orm."))
            for key in ("sortable", "groupable", "aggregator"):
                self.assertEqual(
                    described[name].get(key), getattr(of_core, f"_description_{key}")(field, self.env), (name, key)
                )

    def test_documents(self):
        for move_type in self.MOVE_TYPES:
            with self.subTest(move_type):
                self._assert_none_costs_more(lambda move_type=move_type: self._get_document_acts(move_type))

    def test_payments(self):
        for values in ({}, {"payment_type": "outbound", "partner_type": "supplier"}):
            with self.subTest(values):
                self._assert_none_costs_more(lambda values=values: self._get_payment_acts(**values))

    def test_items(self):
        for name in self.ACCOUNTS:
            with self.subTest(name):
                self._assert_none_costs_more(lambda name=name: self._get_item_acts(getattr(self, name)))

    def test_statement_lines(self):
        self._assert_none_costs_more(self._get_statement_acts)

    def test_clients(self):
        self._assert_none_costs_more(self._get_client_acts)
