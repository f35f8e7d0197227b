from collections import Counter
from datetime import date, timedelta

from odoo import Command, fields
from odoo.tests import freeze_time, tagged

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
