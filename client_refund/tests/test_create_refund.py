from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

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
            ({}, "found no client with partner_id None"),
            ({"partner_id": 0}, "found no client with partner_id 0"),
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
            ({**client, "date": "garbage"}, "garbage is no date"),
            ({**client, "lines": "x"}, "can't use x as lines"),
            ({**client, "lines": [None]}, "as lines. It takes a list of"),
            ({**client, "lines": [{"amount": 5}]}, "as lines"),
            ({**client, "lines": [{"move_line_id": credit_note.id, "amount": float("nan")}]}, "as lines. It takes"),
            ({**client, "lines": [{"move_line_id": credit_note.id, "amount": "abc"}]}, "as lines. It takes"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self.refunds.create_refund(values)
        self.assertEqual(credit_note.amount_residual, -300)

    def test_same_credit_twice(self):
        line = {"move_line_id": self._credit_note(300).id, "amount": 5}
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.refunds.create_refund({"partner_id": self.client.id, "lines": [line, line]})

    def test_nothing_open(self):
        with self.assertRaisesRegex(UserError, "Alder & Finch LLP: no credit is chosen"):
            self.refunds.create_refund({"partner_id": self.client.id})
