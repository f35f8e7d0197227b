from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import account_move_line_open
from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestCredits(ClientRefundCommon):
    """What an open credit is, and what is left of it."""

    def _open_credits(self, client=None):
        items = self.env["account.move.line"].with_user(self.clerk)
        domain = items._get_open_credit_domain() & items._get_client_domain(client or self.client, self.company)
        return items.search(domain, order="id")

    def test_open_credits_of_all_kinds(self):
        credits = self._credit_note(10) | self._payment(20) | self._bank_receipt(30) | self._entry(40)
        instalments = self._credit_note(1000, invoice_payment_term_id=self.pay_terms_b)
        self.assertEqual(len(instalments), 2)

        self.assertEqual(self._open_credits(), credits | instalments)
        self.assertEqual(
            credits.mapped("refund_source_type"),
            ["credit_note", "payment", "bank", "entry"],
        )

    def test_what_is_no_open_credit(self):
        invoice = self._invoice(100)
        payment = self._payment(100)
        (invoice | payment).reconcile()
        draft = self._receivable_items(
            self._create_invoice_one_line(price_unit=50, move_type="out_refund", partner_id=self.client)
        )
        blocked = self._credit_note(30)
        blocked.move_id.payment_state = "blocked"
        others = self._credit_note(40, partner=self.other_client)
        owed = self._invoice(60)

        self.assertFalse(self._open_credits())
        for item in invoice | payment | draft | blocked | owed:
            self.assertEqual(item.amount_refund_open, 0)
            self.assertEqual(item.amount_refundable, 0)
        self.assertEqual(self._open_credits(self.other_client), others)

    def test_what_is_no_trade_with_clients(self):
        """VAT to get back is on a receivable account too."""
        non_trade = self.receivable.copy({"name": "VAT to Get Back", "non_trade": True})
        credit = self._entry(40, account=non_trade)
        self.assertFalse(self._open_credits())
        self.assertEqual(credit.amount_refundable, 0)
        self.assertFalse(self.env["client.credit"].search([("partner_id", "=", self.client.id)]))
        wizard = self.wizards.create({"partner_id": self.client.id, "journal_id": self.bank.id})
        self.assertFalse(wizard.line_ids)
        self.assertRegex(wizard.alerts["not_offered"]["message"], f"{credit.move_id.name}.*marked as Non Trade")
        refused = "VAT to Get Back is marked as Non Trade.*untick"
        with self.assertRaisesRegex(UserError, refused), self.env.cr.savepoint():
            self._draft({credit: 40})
        non_trade.non_trade = False
        self.assertEqual(credit.amount_refundable, 40)
        self.assertEqual(self._open_credits(), credit)

    def test_tax_that_core_withholds_on_payment(self):
        """Core's Pay would send less than the refund. The field comes with a module: another one stands in for it."""
        self.patch(account_move_line_open, "WITHHOLDING_FIELD", "include_base_amount")
        tax = self.company_data["default_tax_sale"].copy({"name": "Withheld", "include_base_amount": True})
        withheld, other = self._credit_note(100, tax_ids=tax), self._credit_note(10)
        self.assertEqual(self._open_credits(), other)
        wizard = self.wizards.create({"partner_id": self.client.id, "journal_id": self.bank.id})
        self.assertEqual(wizard.line_ids.move_line_id, other)
        self.assertRegex(wizard.alerts["not_offered"]["message"], f"{withheld.move_id.name}: tax is withheld")
        self.assertFalse(withheld.move_id.with_user(self.clerk).has_refundable_credit)
        with self.assertRaisesRegex(UserError, f"{withheld.move_id.name}, .*: tax is withheld.* choose Pay"):
            self._draft({withheld: None, other: None})

    def test_a_rejected_payment_is_no_credit(self):
        """Core leaves its entry posted, but the money never arrived."""
        payment = self._payment(1000)
        self.assertEqual(self._open_credits(), payment)

        payment.move_id.origin_payment_id.action_reject()

        self.assertEqual(payment.parent_state, "posted")
        self.assertFalse(self._open_credits())
        with self.assertRaisesRegex(UserError, r"1,000\.00: the payment was rejected or canceled"):
            self._draft({payment: 1000})

    def test_contacts_count_and_archived_ones_too(self):
        contact = self.env["res.partner"].create({"name": "Ada Alder", "parent_id": self.client.id, "active": False})
        payment = self._payment(10, partner=contact)
        self.assertEqual(payment.partner_id, contact)

        self.assertEqual(self._open_credits(), payment)

    def test_a_subsidiary_is_a_client_of_its_own(self):
        subsidiary = self._create_client("Alder Subsidiary", is_company=True, parent_id=self.client.id)
        credit_note = self._credit_note(10, partner=subsidiary)

        self.assertFalse(self._open_credits())
        self.assertEqual(self._open_credits(subsidiary), credit_note)

    def test_reserved_and_refundable(self):
        credit_note = self._credit_note(100)
        self.assertRecordValues(
            credit_note, [{"amount_refund_open": 100, "amount_refund_reserved": 0, "amount_refundable": 100}]
        )

        draft = self._draft({credit_note: 30})
        self.assertRecordValues(
            credit_note, [{"amount_refund_open": 100, "amount_refund_reserved": 30, "amount_refundable": 70}]
        )

        draft.action_post()
        self.assertRecordValues(
            credit_note, [{"amount_refund_open": 70, "amount_refund_reserved": 0, "amount_refundable": 70}]
        )

        draft.action_undo("Wrong client")
        self.assertRecordValues(
            credit_note, [{"amount_refund_open": 100, "amount_refund_reserved": 0, "amount_refundable": 100}]
        )

    def test_what_was_read_before_a_change_is_not_said_after_it(self):
        """In one transaction, whatever was read of the credits meanwhile."""
        credit_note, receipt = self._credit_note(100), self._payment(50)
        credits = credit_note | receipt

        def assert_open(*amounts):
            self.assertEqual(credits.mapped(lambda credit: credit.amount_refund_open), list(amounts))
            self.assertEqual(credits.mapped(lambda credit: credit.amount_refundable), list(amounts))
            self.assertEqual(
                credits.move_id.mapped(lambda move: move.with_user(self.clerk).has_refundable_credit),
                [amount > 0 for amount in amounts],
            )

        assert_open(100, 50)
        credit_note.move_id.payment_state = "blocked"
        assert_open(0, 50)
        credit_note.move_id.payment_state = "not_paid"
        assert_open(100, 50)
        receipt.move_id.origin_payment_id.action_reject()
        assert_open(100, 0)
        (credit_note | self._invoice(40)).reconcile()
        assert_open(60, 0)
        credit_note.remove_move_reconcile()
        assert_open(100, 0)
        credit_note.move_id.button_draft()
        assert_open(0, 0)

    def test_the_form_of_a_settled_receipt_asks_for_its_refunds_alone(self):
        receipt = self._payment(50)
        (receipt | self._invoice(50)).reconcile()
        payment = receipt.move_id.origin_payment_id.with_user(self.clerk)
        for _time in range(2):  # the first time, more is read that is kept
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual((payment.payment_type, payment.move_id.state), ("inbound", "posted"))  # with all columns
            count = self.env.cr.sql_log_count
            payment.read(["client_refund_count", "client_refund_state", "has_refundable_credit"])
        self.assertEqual(self.env.cr.sql_log_count - count, 1)

    def test_the_form_of_an_open_receipt(self):
        """It asks for the refunds, what is open, and which accounts are never refunded."""
        receipt = self._payment(50)
        payment = receipt.move_id.origin_payment_id.with_user(self.clerk)
        for _time in range(2):  # the first time, more is read that is kept
            self.env.flush_all()
            self.env.invalidate_all()
            # with all columns
            self.assertEqual((payment.move_id.state, payment.company_id.name), ("posted", self.company.name))
            count = self.env.cr.sql_log_count
            payment.read(["client_refund_count", "client_refund_state", "has_refundable_credit"])
        self.assertEqual(self.env.cr.sql_log_count - count, 3)

    def test_what_can_be_refunded_of_an_entry(self):
        receipt = self._payment(50)

        def assert_refundable(is_refundable):
            self.env.invalidate_all()
            for record in (receipt.move_id, receipt.payment_id):
                self.assertEqual(record.with_user(self.clerk).has_refundable_credit, is_refundable)
            self.assertEqual(receipt.amount_refundable > 0, is_refundable)

        assert_refundable(True)
        self._draft({receipt: 30})
        assert_refundable(True)
        self.company.client_refund_excluded_account_ids = receipt.account_id
        assert_refundable(False)
        self.company.client_refund_excluded_account_ids = False
        self._draft({receipt: 20})
        assert_refundable(False)

    def test_a_canceled_draft_holds_nothing(self):
        credit_note = self._credit_note(100)
        draft = self._draft({credit_note: 100})

        draft.action_undo("Not needed")

        self.assertEqual(draft.state, "canceled")
        self.assertEqual(credit_note.amount_refundable, 100)

    def test_a_deleted_draft_holds_nothing(self):
        credit_note = self._credit_note(100)

        self._draft({credit_note: 100}).unlink()

        self.assertEqual(credit_note.amount_refundable, 100)

    def test_origin_account_of_a_matched_payment(self):
        """The account that the money came from is the one that the bank statement names."""
        account = self._bank_account("BE111", trusted=False)
        self._bank_account("BE222")
        payment = self._outstanding_payment(100)
        receipt = self._bank_receipt(100, account_number="be-111")
        receipt.account_id = self.outstanding_receipts
        (receipt | payment.move_id.origin_payment_id._seek_for_lines()[0]).reconcile()

        self.assertEqual(payment._get_refund_origin_numbers(), {"BE111"})
        self.assertEqual(self._draft({payment: None}).partner_bank_id, account)

    def test_lines_are_made_with_the_refund(self):
        """Without an amount a line takes all that is refundable."""
        credit_note = self._credit_note(100)
        self._draft({credit_note: 30})

        refund = self.refunds.create(
            [{"partner_id": self.client.id, "line_ids": [Command.create({"move_line_id": credit_note.id})]}]
        )

        self.assertEqual(refund.line_ids.amount, 70)
