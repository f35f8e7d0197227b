from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestCreateRefund(ClientRefundCommon):
    """One call for programs."""

    def test_all_open_credits(self):
        credit_note, payment = self._credit_note(300), self._payment(200)

        refund_id = self.refunds.create_refund({"partner_id": self.client.id, "date": "2024-04-01"})

        refund = self.refunds.browse(refund_id)
        self.assertPairs(refund, [(credit_note, 300), (payment, 200)])
        self.assertEqual(refund.payment_ids.amount, 500)

    def test_lines_and_terms(self):
        credit_note, payment = self._credit_note(300), self._payment(200)
        account = self._bank_account("BE111")

        refund = self.refunds.browse(
            self.refunds.create_refund(
                {
                    "partner_id": self.client.id,
                    "company_id": self.company.id,
                    "currency_id": self.currency.id,
                    "lines": [{"move_line_id": credit_note.id, "amount": 120.5}],
                    "journal_id": self.bank.id,
                    "payment_method_line_id": self.outbound_payment_method_line.id,
                    "partner_bank_id": account.id,
                    "date": "2024-04-01",
                    "memo": "Case 4711",
                }
            )
        )

        self.assertPairs(refund, [(credit_note, 120.5)])
        self.assertEqual(payment.amount_residual, -200)
        self.assertRecordValues(
            refund.payment_ids,
            [{"amount": 120.5, "partner_bank_id": account.id, "memo": f"{refund.name} Case 4711"}],
        )

    def test_same_reference_refunds_once(self):
        credit_note = self._credit_note(300)
        values = {
            "partner_id": self.client.id,
            "lines": [{"move_line_id": credit_note.id, "amount": 100}],
            "external_reference": "shop-17",
        }

        first = self.refunds.create_refund(values)
        second = self.refunds.create_refund(values)

        self.assertEqual(first, second)
        self.assertEqual(credit_note.amount_residual, -200)

    def test_reserved_credits_are_left_out(self):
        credit_note = self._credit_note(300)
        self._draft({credit_note: 100})

        refund = self.refunds.browse(self.refunds.create_refund({"partner_id": self.client.id}))

        self.assertPairs(refund, [(credit_note, 200)])

    def test_several_currencies_must_be_named(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        self._credit_note(300)
        in_foreign = self._credit_note(40, currency=foreign)

        with self.assertRaisesRegex(UserError, "Alder & Finch LLP has open credits in .*EUR.* give currency_id"):
            self.refunds.create_refund({"partner_id": self.client.id})
        refund = self.refunds.browse(
            self.refunds.create_refund({"partner_id": self.client.id, "currency_id": foreign.id})
        )
        self.assertPairs(refund, [(in_foreign, 40)])

    def test_what_it_does_not_know(self):
        self._credit_note(300)
        for values, message in (
            ({}, "needs a client: give partner_id"),
            ({"partner_id": None}, "needs a client: give partner_id"),
            ({"partner_id": 0}, "can't use 0 as partner_id. It takes the id of a record"),
            ({"partner_id": self.client.id, "ammount": 5}, "does not know ammount. It takes .*currency_id"),
            ({"partner_id": self.client.id, "state": "paid"}, "does not know state"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self.refunds.create_refund(values)

    def test_garbage(self):
        credit_note = self._credit_note(300)
        client = {"partner_id": self.client.id}
        for values, message in (
            (None, "takes a dictionary"),
            ([1], "takes a dictionary"),
            ({"partner_id": "abc"}, "can't use abc as partner_id. It takes the id of a record"),
            ({"partner_id": True}, "can't use True as partner_id"),
            ({**client, "external_reference": 5}, "can't use 5 as external_reference. It takes a text"),
            ({**client, "date": "garbage"}, "garbage is not a date"),
            ({**client, "date": ""}, "as date. It takes a date"),
            ({**client, "lines": "x"}, "can't use x as lines"),
            ({**client, "lines": [None]}, "as lines. It takes a list of"),
            ({**client, "lines": [{"amount": 5}]}, "as lines"),
            ({**client, "lines": [{"move_line_id": True}]}, "as lines"),
            ({**client, "memo": "a\0b"}, "as memo. It takes a text"),
            ({**client, "offset": 1}, "can't use 1 as offset. It takes true or false"),
            ({**client, "lines": [{"move_line_id": credit_note.id, "amount": float("nan")}]}, "as lines. It takes"),
            ({**client, "lines": [{"move_line_id": credit_note.id, "amount": "abc"}]}, "as lines. It takes"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self.refunds.create_refund(values)
        self.assertEqual(credit_note.amount_residual, -300)

    def test_same_credit_twice(self):
        credit_note = self._credit_note(300)
        line = {"move_line_id": credit_note.id, "amount": 5}
        with self.assertRaisesRegex(UserError, f"move_line_id {credit_note.id} more than once"):
            self.refunds.create_refund({"partner_id": self.client.id, "lines": [line, line]})

    def test_ids_of_nothing(self):
        credit_note = self._credit_note(300)
        for values, message in (
            ({"partner_id": 2**40}, "found no Contact with partner_id 1099511627776"),
            ({"company_id": 987654}, "found no Companies with company_id 987654"),
            ({"journal_id": 987654}, "found no Journal with journal_id 987654"),
            ({"currency_id": 987654}, "found no Currency with currency_id 987654"),
            ({"partner_bank_id": 987654}, "found no Bank Accounts with partner_bank_id 987654"),
            ({"payment_method_line_id": 987654}, "found no Payment Methods with payment_method_line_id 987654"),
            ({"lines": [{"move_line_id": 987654}]}, "found no Journal Item with move_line_id 987654"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self.refunds.create_refund({"partner_id": self.client.id, **values})
        self.assertEqual(credit_note.amount_residual, -300)

    def test_other_company(self):
        """What the clerk may not see is no way to pay, and no way around the company."""
        credit_note = self._credit_note(300)
        other = self.setup_other_company()
        for values in (
            {"company_id": other["company"].id},
            {"journal_id": other["default_journal_bank"].id},
            {"lines": [{"move_line_id": self._entry_of(other).id}]},
        ):
            with self.assertRaises(AccessError):
                self.refunds.create_refund({"partner_id": self.client.id, **values})
        self.assertEqual(credit_note.amount_residual, -300)

    def _entry_of(self, company_data):
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": company_data["default_account_receivable"].id,
                            "partner_id": self.client.id,
                            "balance": -50,
                        }
                    ),
                    Command.create({"account_id": company_data["default_account_revenue"].id, "balance": 50}),
                ],
            }
        )
        move.action_post()
        return self._receivable_items(move)

    def test_amounts_that_are_none(self):
        credit_note = self._credit_note(300)
        for amount, message in (
            (0, "the amount must be positive"),
            (-5, "the amount must be positive"),
            (5.001, "has more decimals than USD"),
            (300.01, "300.00 is open"),
            (float("inf"), "as lines. It takes"),
            (10**400, "as lines. It takes"),
            (True, "as lines. It takes"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self.refunds.create_refund(
                    {"partner_id": self.client.id, "lines": [{"move_line_id": credit_note.id, "amount": amount}]}
                )
        self.assertEqual(credit_note.amount_residual, -300)

    def test_null_is_not_given(self):
        """Programs send null, or false, for what they leave open."""
        credit_note = self._credit_note(300)
        names = ("company_id", "currency_id", "date", "journal_id", "payment_method_line_id", "memo", "reason_id")

        for nothing in (None, False):
            refund_id = self.refunds.create_refund(
                {
                    "partner_id": self.client.id,
                    "lines": [{"move_line_id": credit_note.id, "amount": 100}],
                    **dict.fromkeys(names, nothing),
                }
            )
            self.assertTrue(self.refunds.browse(refund_id).payment_ids)

        self.assertEqual(credit_note.amount_residual, -100)

    # ------------------------------------------------------------------
    # A reference that was used
    # ------------------------------------------------------------------

    def test_reference_used_for_another_client(self):
        """No repetition, but a mistake: the program must not believe that this client was refunded."""
        self._credit_note(300)
        other_credit = self._credit_note(80, partner=self.other_client)
        self.refunds.create_refund({"partner_id": self.client.id, "external_reference": "shop-17"})

        with self.assertRaisesRegex(
            UserError, r"Birch Holdings: .* shop-17 was used for Alder & Finch LLP, refund CR/\S+ of .*300\.00"
        ):
            self.refunds.create_refund({"partner_id": self.other_client.id, "external_reference": "shop-17"})
        self.assertEqual(other_credit.amount_residual, -80)

    def test_reference_used_in_another_currency(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        self._credit_note(300)
        in_foreign = self._credit_note(40, currency=foreign)
        values = {"partner_id": self.client.id, "external_reference": "shop-17"}
        first = self.refunds.create_refund({**values, "currency_id": self.currency.id})

        with self.assertRaisesRegex(UserError, "shop-17 was used"):
            self.refunds.create_refund({**values, "currency_id": foreign.id})

        self.assertEqual(self.refunds.create_refund(values), first)
        self.assertEqual(in_foreign.amount_residual_currency, -40)

    def test_reference_of_a_contact_of_the_client(self):
        self._credit_note(300)
        contact = self.env["res.partner"].create({"name": "Ann Alder", "parent_id": self.client.id})
        first = self.refunds.create_refund({"partner_id": self.client.id, "external_reference": "shop-17"})
        self.assertEqual(self.refunds.create_refund({"partner_id": contact.id, "external_reference": "shop-17"}), first)

    def test_reference_of_a_canceled_refund(self):
        """It stays used: a program that repeats an old call must not pay what somebody has undone."""
        credit_note = self._credit_note(300)
        values = {"partner_id": self.client.id, "external_reference": "shop-17"}
        refund = self.refunds.browse(self.refunds.create_refund(values))
        refund.action_undo("Wrong client")

        self.assertEqual(self.refunds.create_refund(values), refund.id)

        self.assertEqual(refund.state, "canceled")
        self.assertEqual(credit_note.amount_residual, -300)

    def test_nothing_open(self):
        with self.assertRaisesRegex(UserError, "Alder & Finch LLP: no credit is chosen"):
            self.refunds.create_refund({"partner_id": self.client.id})
