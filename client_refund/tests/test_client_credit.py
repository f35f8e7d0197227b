from collections import Counter
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.client_refund.models.client_credit_rows import AGES

from .common import ClientRefundCommon

BLOCK = {"client_refund_blocked": True, "client_refund_block_reason": "In dispute"}


@tagged("post_install", "-at_install")
class TestClientCredit(ClientRefundCommon):
    """The worklist says what the journal items say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)

    def _rows(self, *clients, user=None, **context):
        self.env.invalidate_all()
        rows = self.env["client.credit"].with_user(user or self.clerk).with_context(**context)
        return rows.search([("partner_id", "in", [client.id for client in clients or [self.client]])])

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

    def test_split_by_age(self):
        """Each credit counts in the column of its own age, not in that of the client's oldest."""
        ages = {"000_030": (-3, 0, 30), "031_090": (31, 90), "091_180": (91, 180), "181_365": (181, 365)}
        ages["366"] = (366, 2000)
        for days in sum(ages.values(), ()):
            self._entry(10 + days, date=self.today - timedelta(days=days))
        columns = {f"amount_age_{age}": sum(10 + day for day in days) for age, days in ages.items()}
        self.assertEqual(list(columns), list(AGES))
        self.assertRecordValues(self._rows(), [columns | {"age": 2000}])
        groups = self._rows()._read_group([("partner_id", "=", self.client.id)], [], [f"{name}:sum" for name in AGES])
        self.assertEqual(groups, [tuple(columns.values())])

    def test_oldest_first(self):
        ages = [31, 0, 2000, -5]
        clients = [self._create_client(f"Client {age}") for age in ages]
        for client, age in zip(clients, ages, strict=True):
            self._entry(10, partner=client, date=self.today - timedelta(days=age))
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
    # Companies and access
    # ------------------------------------------------------------------

    def test_other_companies_are_not_seen(self):
        other = self.setup_other_company()
        other["company"].currency_id = self.setup_other_currency("EUR")
        self.env["res.currency.rate"].create(
            {"currency_id": self.currency.id, "company_id": other["company"].id, "name": "2024-01-01", "rate": 2}
        )
        user = self._create_user("both", "Bea Both", "account.group_account_manager")
        user.company_ids |= other["company"]
        move = (
            self.env["account.move"]
            .with_company(other["company"])
            .create(
                {
                    "move_type": "entry",
                    "date": "2024-01-01",
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": other["default_account_receivable"].id,
                                "partner_id": self.client.id,
                                "balance": -9,
                            }
                        ),
                        Command.create({"account_id": other["default_account_revenue"].id, "balance": 9}),
                    ],
                }
            )
        )
        move.action_post()
        self._credit_note(10)
        both = (self.company | other["company"]).ids

        self.assertEqual(self._rows().company_id, self.company)
        self.assertEqual(self._rows(user=user, allowed_company_ids=both).mapped("amount_open"), [9, 10])
        theirs = self._rows(user=user, allowed_company_ids=other["company"].ids)
        self.assertEqual(theirs.company_id, other["company"])
        stolen = theirs.with_user(self.clerk).with_context(allowed_company_ids=self.company.ids)
        self.assertFalse(stolen._get_credits())
        with self.assertRaises(AccessError):
            stolen.read(["amount_open"])
        self.assertEqual(self.client.with_user(self.clerk).client_credit_open, 10)
        client = self.client.with_user(user).with_context(allowed_company_ids=both)
        self.assertEqual(client.client_credit_open, 10 + 18)

    def test_branches(self):
        """A branch has a row of its own, and what the company above it never refunds is not refunded there either."""
        branch = self.env["res.company"].create({"name": "North", "parent_id": self.company.id})
        self.env.user.company_ids |= branch
        self.clerk.company_ids |= branch
        companies = (self.company | branch).ids
        self._credit_note(10)
        move = (
            self.env["account.move"]
            .with_company(branch)
            .create(
                {
                    "move_type": "entry",
                    "date": "2024-01-01",
                    "company_id": branch.id,
                    "journal_id": self.company_data["default_journal_misc"].id,
                    "line_ids": [
                        Command.create(
                            {"account_id": self.receivable.id, "partner_id": self.client.id, "balance": -40}
                        ),
                        Command.create({"account_id": self.revenue.id, "balance": 40}),
                    ],
                }
            )
        )
        move.action_post()
        values = [{"company_id": branch.id, "amount_open": 40}, {"company_id": self.company.id, "amount_open": 10}]
        self.assertRecordValues(self._rows(allowed_company_ids=companies), values)
        self.assertRecordValues(self._rows(allowed_company_ids=self.company.ids), values[1:])

        self.company.client_refund_excluded_account_ids = self.receivable
        self.assertEqual(self._rows(allowed_company_ids=companies).mapped("never_refunded"), [True, True])
        self.company.client_refund_excluded_account_ids = False
        branch.client_refund_excluded_account_ids = self.receivable
        self.assertEqual(self._rows(allowed_company_ids=companies).mapped("never_refunded"), [True, False])

    def test_who_may_see_it(self):
        self._credit_note(10)
        auditor = self._create_user("auditor", "Audra", "account.group_account_readonly")
        self.assertEqual(self._rows(user=auditor).amount_uncleared, 0)
        with self.assertRaises(AccessError):
            self._rows(user=auditor).action_refund_client()
        employee = self._create_user("employee", "Emil", "base.group_user")
        with self.assertRaises(AccessError):
            self._rows(user=employee)
        self.assertNotIn("client_credit_open", self.client.with_user(employee).fields_get())
        for method, arguments in (("write", [{"amount_open": 1}]), ("unlink", []), ("create", [{}])):
            with self.assertRaises(AccessError):
                getattr(self._rows(), method)(*arguments)

    def test_what_is_not_written_yet_counts(self):
        credit_note = self._credit_note(100)
        draft = self._draft({credit_note: 30})
        rows = self.env["client.credit"]
        domain = [("partner_id", "=", self.client.id)]
        self.env.flush_all()

        draft.line_ids.amount = 20
        self.assertTrue(rows.search([*domain, ("amount_reserved", "=", 20)]))
        draft.action_undo("Not needed")
        self.assertTrue(rows.search([*domain, ("amount_reserved", "=", 0)]))
        self.client.user_id = self.clerk
        self.assertTrue(rows.search([*domain, ("user_id", "=", self.clerk.id)]))
        self.client.write(BLOCK)
        self.assertTrue(rows.search([*domain, ("client_blocked", "=", True)]))
        self.company.client_refund_excluded_account_ids = self.receivable
        self.assertTrue(rows.search([*domain, ("never_refunded", "=", True)]))
        credit_note.move_id.payment_state = "blocked"
        self.assertFalse(rows.search(domain))

    # ------------------------------------------------------------------
    # What is done from it
    # ------------------------------------------------------------------

    def _ticked(self, action):
        return self._opened(action).line_ids.filtered("selected").move_line_id

    def test_refund_ticks_what_the_row_is_of(self):
        other_account = self.receivable.copy({"code": "REC2", "name": "Another receivable"})
        others = self._entry(70, account=other_account)
        credits = self._credit_note(40) | self._payment(30)
        uncleared = self._outstanding_payment(100)
        reserved = self._credit_note(5)
        self._draft({reserved: 5})
        rows = self._rows().grouped("account_id")

        action = rows[self.receivable].action_refund_client()
        self.assertEqual(self._ticked(action), credits)
        wizard = self._opened(action)
        self.assertEqual(wizard.line_ids.move_line_id, credits | uncleared | reserved | others)
        self.assertEqual(self._ticked(rows[other_account].action_refund_client()), others)

    def test_refund_ticks_nothing_where_nothing_is_certain(self):
        other_account = self.receivable.copy({"code": "REC2", "name": "Another receivable"})
        self._entry(70, account=other_account)
        self._outstanding_payment(100)
        row = self._rows().filtered(lambda row: row.account_id == self.receivable)
        self.assertFalse(self._ticked(row.action_refund_client()))

    def test_refund_of_another_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 3.0)])
        self._credit_note(100)
        foreign = self._credit_note(90, currency=currency)
        action = self._rows().filtered(lambda row: row.currency_id == currency).action_refund_client()
        self.assertEqual(self._ticked(action), foreign)
        self._opened(action).action_refund()
        self.assertEqual(self._rows().currency_id, self.currency)

    def test_another_client_or_currency_in_the_wizard_of_a_row(self):
        """What the row was of says nothing of that: everything available is ticked."""
        currency = self.setup_other_currency("EUR")
        self._credit_note(50)
        foreign = self._credit_note(30, currency=currency)
        others = self._credit_note(10, partner=self.other_client) | self._payment(20, partner=self.other_client)
        uncleared = self._outstanding_payment(40, partner=self.other_client)
        row = self._rows().filtered(lambda row: row.partner_id == self.client and row.currency_id == self.currency)
        form = self._shown(row.action_refund_client())
        form.currency_id = currency
        self.assertTrue(form.select_all)
        self.assertEqual(form.save()._get_refund_credits(), foreign)

        form = self._shown(row.action_refund_client())
        form.partner_id = self.other_client
        self.assertTrue(form.select_all)
        wizard = form.save()
        self.assertEqual(wizard._get_refund_credits(), others)
        self.assertEqual(wizard.line_ids.move_line_id, others | uncleared)

    def test_a_row_that_is_gone(self):
        self._credit_note(100)
        row = self._rows()
        self.refunds.create_refund({"partner_id": self.client.id})
        for method in ("action_refund_client", "action_view_credits"):
            with self.assertRaisesRegex(UserError, "open any more.*Reload"):
                getattr(row, method)()

    def test_view_credits(self):
        credit_note = self._credit_note(100)
        self.assertEqual(self._rows().action_view_credits()["res_id"], credit_note.move_id.id)
        payment = self._payment(20)
        action = self._rows().action_view_credits()
        self.assertEqual(self.env["account.move.line"].search(action["domain"]), credit_note | payment)

    def test_smart_button_of_the_client(self):
        contact = self.env["res.partner"].create({"name": "Ada Alder", "parent_id": self.client.id})
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 3.0)])
        credit_note = self._credit_note(100)
        self._credit_note(90, currency=currency)
        self._draft({credit_note: 40})
        for partner in self.client | contact:
            partner = partner.with_user(self.clerk)
            self.assertRecordValues(partner, [{"client_credit_open": 130, "client_credit_refundable": 90}])
            action = partner.action_open_client_credits()
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self._rows())
        self.assertEqual(self.other_client.with_user(self.clerk).client_credit_open, 0)

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
        self.env.cr.execute("ANALYZE account_move_line")
