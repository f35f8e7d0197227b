from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestRefundReport(ClientRefundCommon):
    """The analysis: its sums are what the refunds say, to the last cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # three units are worth one of ours: no part of an amount comes out even
        cls.foreign = cls.setup_other_currency("EUR", rates=[("2016-01-01", 3.0)])

    def _rows(self, refunds, user=None):
        self.env.flush_all()
        return (
            self.env["client.refund.report"]
            .with_user(user or self.clerk)
            .search([("refund_id", "in", refunds.ids)], order="id")
        )

    def assertAddUp(self, refund, amounts, settled):
        """Compare the rows of a refund, and what they add up to: lists of amounts in the company's currency."""
        rows = self._rows(refund)
        self.assertEqual(rows.mapped("amount"), amounts)
        self.assertEqual(rows.mapped("amount_offset"), settled)
        self.assertEqual(
            [self.currency.round(row.amount + row.amount_offset) for row in rows], rows.mapped("amount_credit")
        )
        [(total,)] = rows._read_group([("refund_id", "=", refund.id)], [], ["amount:sum"])
        self.assertEqual(total, refund.amount_company_currency)

    def test_one_row_per_credit(self):
        reason = self.env.ref("client_refund.reason_overpayment")
        credit_note, payment = self._credit_note(300), self._payment(50)
        refund = self._draft({credit_note: 200, payment: None}, reason_id=reason.id)
        refund.action_submit()

        common = {
            "refund_id": refund.id,
            "name": refund.name,
            "date": refund.date,
            "partner_id": self.client.id,
            "company_id": self.company.id,
            "company_currency_id": self.currency.id,
            "currency_id": self.currency.id,
            "reason_id": reason.id,
            "journal_id": self.bank.id,
            "payment_method_line_id": refund.payment_method_line_id.id,
            "user_id": self.clerk.id,
            "approver_id": False,
            "state": refund.state,
            "is_returned": False,
            "amount_offset": 0,
        }
        self.assertRecordValues(
            self._rows(refund),
            [
                {
                    **common,
                    "source_type": "credit_note",
                    "credit_date": credit_note.date,
                    "days_to_refund": 31,
                    "amount_credit": 200,
                    "amount": 200,
                },
                {
                    **common,
                    "source_type": "payment",
                    "credit_date": payment.date,
                    "days_to_refund": 30,
                    "amount_credit": 50,
                    "amount": 50,
                },
            ],
        )
        groups = self._rows(refund)._read_group(
            [("refund_id", "=", refund.id)],
            ["date:month"],
            ["__count", "refund_count:count_distinct", "days_to_refund:avg", "amount:sum"],
        )
        self.assertEqual([values for _month, *values in groups], [[2, 1, 30.5, 250]])

    def test_leads_to_the_refund(self):
        refund = self._refund({self._credit_note(300): 200})
        self.assertEqual(self._rows(refund).action_open_refund()["res_id"], refund.id)

    def test_roundings_add_up(self):
        credits = [self._credit_note(1, currency=self.foreign) for _number in range(3)]
        draft = self._draft(dict.fromkeys(credits), currency_id=self.foreign.id)
        self.assertAddUp(draft, [0.33, 0.34, 0.33], [0, 0, 0])
        draft.action_post()
        self.assertAddUp(draft, [0.33, 0.34, 0.33], [0, 0, 0])

    def test_offsets_in_another_currency(self):
        credits = [self._credit_note(amount, currency=self.foreign) for amount in (100, 100)]
        invoice = self._invoice(130, currency=self.foreign)
        refund = self._refund(
            dict.fromkeys(credits),
            currency_id=self.foreign.id,
            offset_ids=[Command.create({"move_line_id": invoice.id})],
        )
        self.assertAddUp(refund, [0, 23.33], [33.33, 10.0])

    def test_what_only_settles(self):
        """Nothing is paid out: the rate is that of the refund's date, as core converts."""
        foreign = self.setup_other_currency("GBP", rates=[("2024-01-01", 0.5), ("2024-03-20", 0.25), ("2024-05-01", 9)])
        invoice = self._invoice(100, currency=foreign)
        refund = self._refund(
            {self._credit_note(100, currency=foreign): None},
            currency_id=foreign.id,
            offset_ids=[Command.create({"move_line_id": invoice.id})],
        )
        self.assertAddUp(refund, [0], [400])

    def test_before_the_first_rate(self):
        foreign = self.setup_other_currency("GBP", rates=[("2024-05-01", 0.5), ("2024-06-01", 9)])
        invoice = self._invoice(60, currency=foreign)
        refund = self._refund(
            {self._credit_note(100, currency=foreign): None},
            currency_id=foreign.id,
            offset_ids=[Command.create({"move_line_id": invoice.id})],
        )
        self.assertAddUp(refund, [80], [120])

    def test_currencies_add_up(self):
        domestic = self._refund({self._credit_note(100): None})
        foreign = self._refund({self._credit_note(100, currency=self.foreign): None}, currency_id=self.foreign.id)
        [(total, count)] = self._rows(domestic)._read_group(
            [("refund_id", "in", (domestic | foreign).ids)], [], ["amount:sum", "refund_count:count_distinct"]
        )
        self.assertEqual((total, count), (133.33, 2))

    def test_several_payments(self):
        """Credits on two accounts are paid by two payments, each rounded on its own."""
        other_account = self.receivable.copy()
        credits = [self._credit_note(amount, currency=self.foreign) for amount in (1, 1)]
        entry = self._entry(0.5, account=other_account)
        entry.move_id.button_draft()
        entry.write({"currency_id": self.foreign.id, "amount_currency": -1, "balance": -0.5})
        entry.move_id.action_post()
        refund = self._refund(dict.fromkeys([*credits, entry]), currency_id=self.foreign.id)
        self.assertEqual(len(refund.payment_ids), 2)
        self.assertAddUp(refund, self._rows(refund).mapped("amount"), [0, 0, 0])

    def test_approved_returned_and_undone(self):
        self.company.client_refund_approval_policy = "always"
        returned = self._draft({self._credit_note(100): None})
        returned.action_submit()
        returned.with_user(self.approver).action_approve()
        undone = self._draft({self._credit_note(50): None})
        undone.action_submit()
        returned.action_return("Account closed", "2024-04-10")
        undone.action_undo("Wrong client")
        self.assertRecordValues(
            self._rows(returned | undone),
            [
                {"approver_id": self.approver.id, "is_returned": True, "state": "canceled", "amount": 100},
                {"approver_id": False, "is_returned": False, "state": "canceled", "amount": 50},
            ],
        )

    def test_a_deleted_document(self):
        credit = self._entry(40)
        refund = self._draft({credit: None})
        refund.action_undo("Wrong client")
        credit.move_id.button_draft()
        credit.move_id.unlink()
        self.assertRecordValues(
            self._rows(refund), [{"amount": 40, "credit_date": False, "days_to_refund": 0, "source_type": "entry"}]
        )

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_only_readers_of_refunds(self):
        refund = self._refund({self._credit_note(100): None})
        auditor = self._create_user("auditor", "Ada Auditor", "account.group_account_readonly")
        for user in (self.clerk, self.approver, auditor):
            self.assertEqual(self._rows(refund, user).amount, 100)
        employee = self._create_user("employee", "Emil Employee", "base.group_user")
        with self.assertRaises(AccessError):
            self._rows(refund, employee)

    def test_own_companies_only(self):
        refund = self._refund({self._credit_note(100): None})
        other = self.setup_other_company()["company"]
        stranger = self._create_user(
            "stranger",
            "Sam Stranger",
            "account.group_account_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(self._rows(refund, stranger))
