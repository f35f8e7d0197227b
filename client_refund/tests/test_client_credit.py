from collections import Counter
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.sql_db import Cursor
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from odoo.addons.client_refund.models.client_credit_rows import AGES

from .common_client_credit import ClientCreditCommon

TODAY = date(2024, 5, 15)
BLOCK = {"client_refund_blocked": True, "client_refund_block_reason": "In dispute"}


@tagged("post_install", "-at_install")
class TestClientCredit(ClientCreditCommon):
    """The worklist says what the journal items say."""

    def _assert_as_the_items_say(self, rows):
        """Compare the rows of a client with what the fields of its journal items add up to."""
        items = self.env["account.move.line"].with_user(self.clerk)
        credits = items.search(
            items._get_open_credit_domain() & items._get_client_domain(rows.partner_id, self.company)
        )
        names = ("amount_refund_open", "amount_refund_reserved", "amount_refundable")
        sums = {name: Counter() for name in names}
        for credit in credits:
            for name in names:
                sums[name][rows._get_row_key(credit)] += credit[name]
        for row in rows:
            key = rows._get_row_key(row)
            self.assertEqual(
                [row.amount_open, row.amount_reserved, row.amount_refundable], [sums[name][key] for name in names]
            )
        self.assertEqual(set(map(rows._get_row_key, rows)), set(sums["amount_refund_open"]))

    # ------------------------------------------------------------------
    # Amounts
    # ------------------------------------------------------------------

    def test_all_kinds_make_one_row(self):
        contact = self.env["res.partner"].create({"name": "Ada Alder", "parent_id": self.client.id, "active": False})
        entry = self._entry(40, date="2024-01-01")
        credits = entry | self._credit_note(10) | self._payment(20) | self._bank_receipt(30)
        credits |= self._payment(5, partner=contact)
        (self._payment(100) | self._invoice(93)).reconcile()
        self._draft({credits[1]: 4, entry: 40}).action_submit()
        self._draft({credits[2]: 15})

        row = self._rows()

        self.assertRecordValues(
            row,
            [
                {
                    "id": min(row._get_credits().ids),
                    "display_name": "Alder & Finch LLP",
                    "partner_id": self.client.id,
                    "company_id": self.company.id,
                    "currency_id": self.currency.id,
                    "account_id": self.receivable.id,
                    "item_count": 5,
                    "amount_open": 6 + 20 + 30 + 5 + 7,
                    "amount_reserved": 15,
                    "amount_refundable": 53,
                    "amount_open_company_currency": 68,
                    "amount_refundable_company_currency": 53,
                    "amount_uncleared": 0,
                    "amount_owed": 0,
                    "client_blocked": False,
                    "never_refunded": False,
                    "held_back": False,
                }
            ],
        )
        self._assert_as_the_items_say(row)

    def test_what_is_no_open_credit_is_not_listed(self):
        self._credit_note(30).move_id.payment_state = "blocked"
        self._payment(40).move_id.origin_payment_id.action_reject()
        (self._invoice(100) | self._payment(100)).reconcile()
        self._create_invoice_one_line(price_unit=50, move_type="out_refund", partner_id=self.client)
        self._invoice(60)
        self.assertFalse(self._rows())

    def test_all_reserved(self):
        """More cannot be held of one credit than is open of it; another one is refundable all the same."""
        credit_note, payment = self._credit_note(100), self._payment(20)
        self._draft({credit_note: 100})
        self.assertRecordValues(self._rows(), [{"amount_refundable": 20, "held_back": False}])
        (credit_note | self._invoice(60)).reconcile()
        self.assertRecordValues(
            self._rows(), [{"amount_open": 60, "amount_reserved": 100, "amount_refundable": 20, "held_back": False}]
        )
        self._draft({payment: 20})
        self.assertRecordValues(self._rows(), [{"amount_refundable": 0, "held_back": "reserved"}])
        self._assert_as_the_items_say(self._rows())

    def test_each_currency_has_its_row(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 3.0)])
        self._credit_note(100)
        foreign = self._credit_note(90, currency=currency)
        self._draft({foreign: 50}, currency_id=currency.id)

        rows = self._rows()

        self.assertRecordValues(
            rows,
            [
                {
                    "currency_id": self.currency.id,
                    "amount_open": 100,
                    "amount_refundable": 100,
                    "amount_open_company_currency": 100,
                    "amount_refundable_company_currency": 100,
                },
                {
                    "currency_id": currency.id,
                    "amount_open": 90,
                    "amount_refundable": 40,
                    "amount_open_company_currency": 30,
                    "amount_refundable_company_currency": 13.33,
                },
            ],
        )
        self._assert_as_the_items_say(rows)

    def test_what_the_client_owes(self):
        other_account = self.receivable.copy({"code": "REC2", "name": "Another receivable"})
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 3.0)])
        self._credit_note(100)
        self._invoice(30)
        blocked = self._invoice(7)
        blocked.move_id.payment_state = "blocked"
        self._invoice(900, currency=currency)
        self._entry(-800, account=other_account)
        self._invoice(700, partner=self.other_client)
        row = self._rows()
        self.assertEqual(row.amount_owed, 37)
        self.assertTrue(row.search([("partner_id", "=", self.client.id), ("amount_owed", ">", 0)]))

    # ------------------------------------------------------------------
    # Held back: shown and marked
    # ------------------------------------------------------------------

    def test_accounts_that_are_never_refunded(self):
        trust = self.receivable.copy({"code": "TRUST1", "name": "Trust receivable"})
        self.company.client_refund_excluded_account_ids = trust
        self._entry(500, account=trust)
        self._credit_note(20)
        rows = self._rows()
        self.assertRecordValues(
            rows,
            [
                {"never_refunded": True, "amount_open": 500, "amount_refundable": 0, "held_back": "never"},
                {"never_refunded": False, "amount_open": 20, "amount_refundable": 20, "held_back": False},
            ],
        )
        self.assertEqual(rows.mapped("amount_refundable_company_currency"), [0, 20])
        self._assert_as_the_items_say(rows)

    def test_a_block_on_any_contact(self):
        contact = self.env["res.partner"].create({"name": "Ada Alder", "parent_id": self.client.id})
        self._credit_note(20)
        self._credit_note(20, partner=self.other_client)
        contact.write({**BLOCK, "active": False})
        rows = self._rows(self.client, self.other_client)
        self.assertRecordValues(
            rows.sorted("partner_id"),
            [
                {"client_blocked": True, "amount_refundable": 0, "held_back": "blocked"},
                {"client_blocked": False, "amount_refundable": 20, "held_back": False},
            ],
        )
        self.assertEqual(
            rows.search([("id", "in", rows.ids), ("client_blocked", "=", True)]).partner_id,
            self.client,
        )

    def test_money_that_may_bounce(self):
        payment = self._outstanding_payment(100)
        self._credit_note(40)
        self._draft({payment: 30})
        self.assertRecordValues(
            self._rows(), [{"amount_refundable": 110, "amount_uncleared": 70, "held_back": "uncleared"}]
        )
        self._outstanding_payment(8)
        self.company.client_refund_excluded_account_ids = self.receivable
        self.assertRecordValues(self._rows(), [{"amount_refundable": 0, "amount_uncleared": 0, "held_back": "never"}])

    def test_a_journal_entry_is_no_way_to_forget_a_receipt(self):
        payment = self._outstanding_payment(100)
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create({"account_id": self.receivable.id, "partner_id": self.client.id, "balance": amount})
                    for amount in (100, -100)
                ],
            }
        )
        move.action_post()
        (move.line_ids.filtered("debit") | payment).reconcile()
        self.assertRecordValues(self._rows(), [{"amount_refundable": 100, "amount_uncleared": 100, "item_count": 1}])

    # ------------------------------------------------------------------
    # Who and when
    # ------------------------------------------------------------------

    @freeze_time(TODAY)
    def test_split_by_age(self):
        """Each credit counts in the column of its own age, not in that of the client's oldest."""
        ages = {"000_030": (-3, 0, 30), "031_090": (31, 90), "091_180": (91, 180), "181_365": (181, 365)}
        ages["366"] = (366, 2000)
        for days in sum(ages.values(), ()):
            self._entry(10 + days, date=TODAY - timedelta(days=days))
        columns = {f"amount_age_{age}": sum(10 + day for day in days) for age, days in ages.items()}
        self.assertEqual(list(columns), list(AGES))
        self.assertRecordValues(self._rows(), [columns | {"age": 2000}])
        groups = self._rows()._read_group([("partner_id", "=", self.client.id)], [], [f"{name}:sum" for name in AGES])
        self.assertEqual(groups, [tuple(columns.values())])

    @freeze_time(TODAY)
    def test_oldest_first(self):
        ages = [31, 0, 2000, -5]
        clients = [self._create_client(f"Client {age}") for age in ages]
        for client, age in zip(clients, ages, strict=True):
            self._entry(10, partner=client, date=TODAY - timedelta(days=age))
        self.assertEqual([row.age for row in self._rows(*clients)], [2000, 31, 0, 0], "never below zero")

    def test_today_is_the_users(self):
        self._entry(10, date="2024-01-01")
        self.clerk.tz = "Asia/Tokyo"
        with freeze_time("2024-01-31 20:00:00"):
            self.assertRecordValues(
                self._rows(tz="Asia/Tokyo"),
                [{"age": 31, "amount_age_031_090": 10, "date": fields.Date.to_date("2024-01-01")}],
            )
            self.assertRecordValues(self._rows(tz="UTC"), [{"age": 30, "amount_age_000_030": 10}])

    def test_last_activity(self):
        self._entry(10, date="2024-01-01")
        self._invoice(5, date="2024-06-01")
        self._create_invoice_one_line(
            price_unit=50, move_type="out_refund", partner_id=self.client, invoice_date="2024-07-01"
        )
        self._invoice(5, date="2024-08-01", partner=self.other_client)
        self.assertEqual(self._rows().last_activity, fields.Date.to_date("2024-06-01"))

    def test_salesperson_and_tags(self):
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        self.client.write({"user_id": self.clerk.id, "category_id": tag.ids})
        self._credit_note(10)
        self._credit_note(10, partner=self.other_client)
        rows = self._rows(self.client, self.other_client)
        for domain in ([("user_id", "=", self.clerk.id)], [("category_id", "in", tag.ids)]):
            self.assertEqual(rows.search([("id", "in", rows.ids), *domain]).partner_id, self.client)
        self.assertEqual(
            rows._read_group([("id", "in", rows.ids)], ["user_id"]), [(self.clerk,), (rows.user_id.browse(),)]
        )

    # ------------------------------------------------------------------
    # Speed
    # ------------------------------------------------------------------

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
        # one whether there is anything, one for the credits, one for the refunds
        self.assertEqual(counted, others + 3)

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
