from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from .common_client_credit import ClientCreditCommon


@tagged("post_install", "-at_install")
class TestClientCreditSpeed(ClientCreditCommon):
    """How often the database is asked for the worklist, and for what the form of a client shows of it."""

    def _count_queries(self, function):
        """How many queries something takes once rights and rules are known."""
        for _time in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            function()
        return self.env.cr.sql_log_count - before

    def test_as_many_queries_for_many_rows_as_for_few(self):
        def make_credits(client):
            self._credit_note(10, partner=client)
            # core reads what a payment settles for one payment after another
            (self._outstanding_payment(20, partner=client) | self._invoice(5, partner=client)).reconcile()
            self._bank_receipt(30, partner=client)
            self._entry(40, partner=client)

        clients = self.env["res.partner"].union(*(self._create_client(f"Client {number}") for number in range(12)))
        for client in clients:
            make_credits(client)
        names = set(self.env["client.credit"]._fields) - {"id"}
        rows = self.env["client.credit"].with_user(self.clerk)

        def show(clients):
            domain = [("partner_id", "in", clients.ids)]
            return rows.web_search_read(domain, {name: {} for name in names}, limit=80)

        self.assertEqual([record["amount_uncleared"] for record in show(clients)["records"]], [15] * 12)
        few, many = (self._count_queries(lambda shown=shown: show(shown)) for shown in (clients[:2], clients))
        # a few for all of them, none for each
        self.assertLess(many - few, 5)

        few, many = self._rows(*clients[:2]), self._rows(*clients)
        self.assertEqual(len(many._get_credits()), 48)
        self.assertEqual(self._count_queries(few._get_credits), 2)
        self.assertEqual(self._count_queries(many._get_credits), 2)

        self.assertEqual(
            self._count_queries(lambda: clients.with_user(self.clerk).mapped("client_credit_open")),
            self._count_queries(lambda: clients[:2].with_user(self.clerk).mapped("client_credit_open")),
        )

    def test_who_is_owed_something(self):
        """Another query tells how much, as the worklist does; what of it can be refunded is not worked out for that."""
        credit_note, blocked = self._credit_note(100), self._credit_note(20)
        blocked.move_id.payment_state = "blocked"
        self._payment(30)
        self._draft({credit_note: 40})
        client = self.client.with_user(self.clerk)
        names = ["client_refund_count", "client_credit_open"]
        self.assertEqual(client.client_credit_open, 130)
        self.assertEqual(client.client_credit_open, sum(self._rows().mapped("amount_open_company_currency")))
        others = self._count_queries(lambda: client.read(["commercial_partner_id", "currency_id"]))
        counted = self._count_queries(lambda: client.read(["commercial_partner_id", "currency_id", *names]))
        # one whether there is anything and how many refunds there were, one for the credits
        self.assertEqual(counted, others + 2)

    def test_who_is_owed_nothing(self):
        """One query tells so: that is all that the buttons add to the form of most contacts."""
        names = ["client_refund_count", "client_credit_open", "client_credit_refundable"]
        nobody, debtor, vendor = (self._create_client(name) for name in ("Nobody Ltd", "Debtor Ltd", "Vendor Ltd"))
        self._invoice(50, partner=debtor)
        self._document("in_invoice", 50, partner=vendor)
        for client in (nobody, debtor, vendor):
            client = client.with_user(self.clerk)
            self.assertEqual([client[name] for name in names], [0, 0, 0])
            others = self._count_queries(lambda client=client: client.read(["commercial_partner_id", "currency_id"]))
            self.assertEqual(
                self._count_queries(
                    lambda client=client: client.read(["commercial_partner_id", "currency_id", *names])
                ),
                others + 1,
            )

    def test_rules_are_not_looked_through_for_the_buttons(self):
        """To read whose a contact is through the rules takes longer than the query."""
        contact = self.env["res.partner"].create({"name": "Nora", "parent_id": self.client.id}).with_user(self.clerk)
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(type(self.env["ir.rule"]), "_compute_domain", side_effect=AssertionError("rules")):
            self.assertEqual((contact.client_credit_open, contact.client_refund_count), (0, 0))

    def test_a_page_and_its_length(self):
        clients = self.env["res.partner"].union(*(self._create_client(f"Client {number}") for number in range(5)))
        for number, client in enumerate(clients):
            self._credit_note(10 * (number + 1), partner=client)
        rows, domain = self.env["client.credit"], [("partner_id", "in", clients.ids)]

        def show(**page):
            shown = rows.web_search_read(domain, {"amount_open": {}}, order="amount_open DESC", **page)
            return shown["length"], [record["amount_open"] for record in shown["records"]]

        self.assertEqual(show(), (5, [50, 40, 30, 20, 10]))
        self.assertEqual(show(limit=2), (5, [50, 40]))
        self.assertEqual(show(limit=2, offset=3), (5, [20, 10]))
        self.assertEqual(show(limit=2, count_limit=3), (3, [50, 40]))
        self.assertEqual(show(limit=2, offset=2, count_limit=3), (4, [30, 20]))
        domain.append(("amount_open", ">", 100))
        self.assertEqual(show(limit=2), (0, []))

    def test_the_groups_are_built_once_for_a_page(self):
        for client in self.client | self.other_client:
            self._credit_note(10, partner=client)
        rows, execute, groupings = self.env["client.credit"], Cursor.execute, []

        def record(cursor, query, *args, **kwargs):
            code = getattr(query, "code", query)
            if "FROM (SELECT credit.*" in code:
                groupings.append("account_move_line.partner_id IN %s" in code)
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", record):
            rows.web_search_read([], {name: {} for name in rows._fields}, limit=1)
        self.assertEqual(groupings, [False, True], "of all clients, then of those on the page")

    def test_the_ledger_is_not_scanned(self):
        """Core's index on unreconciled items is used, though what is never reconciled is in it too."""
        self._credit_note(10)
        paid = self._invoice(100)
        (paid | self._payment(100)).reconcile()
        self._copy_item(paid, times=20000)
        self._copy_item(paid.move_id.line_ids - paid, times=20000)
        rows = self.env["client.credit"]
        query = rows._search([], limit=80)
        columns = [rows._field_to_sql(query.table, name, query) for name in ("id", "amount_open")]
        plan = "\n".join(line for [line] in self.env.execute_query(SQL("EXPLAIN %s", query.select(*columns))))
        self.assertIn("account_move_line_unreconciled_index", plan)
        self.assertNotRegex(plan, r"Seq Scan on account_move_line\b(?!_)")

    def _copy_item(self, item, times):
        item.flush_recordset()
        names = [field.name for field in item._fields.values() if field.store and field.column_type]
        columns = SQL(", ").join(SQL.identifier(name) for name in names if name != "id")
        self.env.cr.execute(
            SQL(
                "INSERT INTO account_move_line (%s) SELECT %s FROM account_move_line, generate_series(1, %s) "
                "WHERE account_move_line.id = %s",
                columns,
                columns,
                times,
                item.id,
            )
        )
        self.env.cr.execute("ANALYZE account_account, account_move, account_move_line, res_partner")
