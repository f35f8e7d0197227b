from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestReturn(ClientRefundCommon):
    """The bank sends a refund back: booked on its date, both payments stay, the credits are open again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit_note = cls._credit_note(300)
        cls.payment = cls._payment(50)
        cls.incoming_outstanding = cls.inbound_payment_method_line.payment_account_id

    def _return(self, refund, date="2024-04-10"):
        self.assertIs(self._rpc(self.clerk, refund, "action_return", "Account closed", date), True)
        return refund.payment_ids - refund._get_outgoing_payments()

    def assertReopened(self, before):
        after = self._ledger()
        self.assertEqual({item: after[item] for item in before}, before)

    def test_return(self):
        before = self._ledger()
        refund = self._refund({self.credit_note: 200, self.payment: None})
        outgoing = refund.payment_ids

        returned = self._return(refund)

        self.assertReopened(before)
        self.assertRecordValues(
            refund,
            [
                {
                    "state": "canceled",
                    "returned_on": returned.date,
                    "cancel_reason": "Account closed",
                    "payment_count": 2,
                }
            ],
        )
        self.assertRecordValues(
            returned,
            [
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "amount": 250,
                    "journal_id": self.bank.id,
                    "client_refund_returned_id": outgoing.id,
                    "is_reconciled": True,
                }
            ],
        )
        self.assertEqual(str(returned.date), "2024-04-10")
        self.assertEntry(
            returned.move_id,
            [
                (self.incoming_outstanding, self.client, 250, 250, 0),
                (self.receivable, self.client, -200, 0, 200),
                (self.receivable, self.client, -50, 0, 50),
            ],
        )
        self.assertEqual(outgoing.move_id.state, "posted")
        items, back = outgoing._get_refund_payment_items(), returned._get_refund_payment_items()
        self.assertEqual((items | back).mapped("amount_residual"), [0] * 4)
        for item, return_item in zip(items, back, strict=True):
            self.assertEqual(item.matched_credit_ids.credit_move_id, return_item)
        self.assertEqual(refund.activity_ids.user_id, self.clerk)
        self.assertIn("Account closed", refund.activity_ids.note)

    def test_returned_after_the_bank_had_paid(self):
        refund = self._refund({self.credit_note: None})
        self._match_with_statement(refund.payment_ids)
        with self.assertRaisesRegex(UserError, "choose Returned by Bank"):
            refund.action_undo("Came back")
        self._return(refund)
        self.assertEqual(self.credit_note.amount_residual, -300)
        self.assertEqual(refund._get_outgoing_payments().state, "paid")

    def _match_with_statement(self, payment):
        liquidity = payment._seek_for_lines()[0]
        receipt = self._bank_receipt(-payment.amount)
        receipt.account_id = liquidity.account_id
        (receipt | liquidity).reconcile()

    def test_the_return_is_matched_with_the_statement(self):
        self.inbound_payment_method_line.payment_account_id = self.outstanding_receipts
        refund = self._refund({self.credit_note: None})
        self._match_with_statement(refund.payment_ids)
        returned = self._return(refund)
        liquidity = returned._seek_for_lines()[0]
        receipt = self._bank_receipt(300)
        receipt.account_id = liquidity.account_id
        (receipt | liquidity).reconcile()
        self.assertTrue(returned.is_matched)
        self.assertEqual(returned.state, "paid")

    def test_refunded_again(self):
        self.company.client_refund_duplicate_days = 14
        self._return(self._refund({self.credit_note: None}))
        again = self._submit({self.credit_note: None})
        self.assertRecordValues(again, [{"state": "to_approve", "amount": 300}])
        self.assertEqual(list(again.risks), ["paid_before"])
        again.with_user(self.approver).action_approve()
        self.assertEqual(self.credit_note.amount_residual, 0)

    def test_what_was_settled_stays_settled(self):
        invoice = self._invoice(120)
        refund = self._refund({self.credit_note: None})
        refund.action_undo("With the invoice")
        refund = self.refunds.browse(
            self.refunds.create_refund(
                {
                    "partner_id": self.client.id,
                    "date": "2024-04-01",
                    "lines": [{"move_line_id": self.credit_note.id}],
                    "offset": True,
                }
            )
        )
        self.assertRecordValues(refund, [{"amount": 180, "amount_offset": 120}])
        self._return(refund)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self.credit_note.amount_residual, -180)
        # the settlement is nobody's any more: core may take it back
        invoice.remove_move_reconcile()
        self.assertEqual(invoice.amount_residual, 120)

    def test_several_receivable_accounts(self):
        other_account = self.receivable.copy({"code": "REC2", "name": "Other receivable"})
        entry = self._entry(70, account=other_account)
        before = self._ledger()
        refund = self._refund({self.credit_note: None, entry: None})
        returned = self._return(refund)
        self.assertEqual(len(returned), 2)
        self.assertReopened(before)

    def test_two_refunds_of_one_credit_in_one_call(self):
        refunds = self._refund({self.credit_note: 100}) | self._refund({self.credit_note: 200})
        refunds.action_return("Account closed", "2024-04-10")
        self.assertEqual(self.credit_note.amount_residual, -300)

    def test_what_was_settled_in_a_foreign_currency_is_free_again(self):
        foreign = self.setup_other_currency(
            "EUR", rates=[("2024-01-01", 0.5), ("2024-02-01", 0.4), ("2024-04-01", 0.2)]
        )
        credit = self._credit_note(100, currency=foreign, date="2024-01-10")
        invoice = self._invoice(60, currency=foreign, date="2024-02-10")
        refund = self._refund(
            {credit: None}, currency_id=foreign.id, offset_ids=[Command.create({"move_line_id": invoice.id})]
        )
        self._return(refund)
        invoice.move_id.button_draft()
        self.assertEqual(invoice.move_id.state, "draft")

    def test_exchange_difference_is_reversed_on_the_date_of_the_return(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 0.5), ("2024-04-01", 0.2)])
        credit = self._credit_note(100, currency=foreign)
        refund = self._refund({credit: None}, currency_id=foreign.id)
        exchange = refund.line_ids.payment_line_id.matched_credit_ids.exchange_move_id
        self.assertTrue(exchange)
        self._return(refund, "2024-06-10")
        self.assertEqual(str(exchange.reversal_move_ids.date), "2024-06-10")

    def test_foreign_currency(self):
        foreign = self.setup_other_currency(
            "EUR", rates=[("2024-01-01", 0.5), ("2024-04-01", 0.4), ("2024-04-10", 0.2)]
        )
        credit = self._credit_note(100, currency=foreign)
        before = self._ledger()
        refund = self._refund({credit: 60}, currency_id=foreign.id)
        returned = self._return(refund)
        self.assertReopened(before)
        items = (refund.payment_ids.move_id.line_ids).filtered(lambda item: item.account_id == self.receivable)
        self.assertEqual(items.mapped("amount_residual"), [0, 0])
        self.assertEqual(returned.move_id.line_ids.filtered(lambda i: i.account_id == self.receivable).balance, -300)

    # ------------------------------------------------------------------

    def test_both_payments_have_one_owner(self):
        refund = self._refund({self.credit_note: None})
        self._return(refund)
        for payment in refund.payment_ids:
            for method in ("action_draft", "action_cancel", "action_reject"):
                with self.assertRaisesRegex(UserError, f"belongs to refund {refund.name}"), self.env.cr.savepoint():
                    self._rpc(self.clerk, payment, method)
            with self.assertRaisesRegex(UserError, refund.name), self.env.cr.savepoint():
                payment._get_refund_payment_items().remove_move_reconcile()
        self.assertEqual(self.credit_note.amount_residual, -300)

    def test_the_payment_leads_to_the_return(self):
        """Reset, reject and cancel of the payment itself point there, and there are buttons."""
        refund = self._refund({self.credit_note: None})
        payment = refund.payment_ids.with_user(self.clerk)
        for method in ("action_draft", "action_cancel", "action_reject"):
            with self.assertRaisesRegex(UserError, "choose Undo, or Returned by Bank"), self.env.cr.savepoint():
                self._rpc(self.clerk, payment, method)
        action = payment.action_return_client_refund()
        dialog = self.env["client.refund.return"].with_user(self.clerk).with_context(**action["context"])
        dialog.create({"reason": "Account closed", "date": "2024-04-10"}).action_return()
        self.assertEqual(refund.state, "canceled")
        self.assertEqual(payment.action_undo_client_refund()["res_model"], "client.refund.undo")

    def test_refused(self):
        draft = self._draft({self.payment: None})
        refund = self._refund({self.credit_note: 100})
        invoice = self._invoice(30)
        settled = self.refunds.browse(
            self.refunds.create_refund(
                {
                    "partner_id": self.client.id,
                    "lines": [{"move_line_id": self.credit_note.id, "amount": 30}],
                    "offset": True,
                }
            )
        )
        self.assertEqual(invoice.amount_residual, 0)
        for records, reason, date, message in (
            (draft, "x", "2024-04-10", "Only what was paid out can come back"),
            (settled, "x", "2024-04-10", "it only settled invoices"),
            (refund, " ", "2024-04-10", "Enter a reason"),
            (refund, "x", "2024-03-31", "can't come back before"),
            (refund, "x", "yesterday", "yesterday is not a date"),
        ):
            with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self._rpc(self.clerk, records, "action_return", reason, date)
        self._lock_until("2024-04-30")
        with self.assertRaisesRegex(UserError, "locked period"), self.env.cr.savepoint():
            refund.action_return("x", "2024-04-10")
        self.assertEqual(self.credit_note.amount_residual, -170)

    def test_somebody_who_still_may_is_told(self):
        """Who asked has left, or may not any more: who acts, who approved, the salesperson, somebody else is told."""
        acting = self._create_user("acting", "Anna Acting", "account.group_account_invoice")
        sales = self._create_user("sales", "Saul Sales", "account.group_account_invoice")
        left = self._create_user("left", "Leo Left", "account.group_account_invoice")
        refund = self._refund({self.credit_note: 10})
        refund.with_user(acting).action_return("Account closed", "2024-04-10")
        self.assertEqual(refund.activity_ids.user_id, self.clerk)
        other = self._refund({self.credit_note: 20})
        self.clerk.active = False
        other.with_user(acting).action_return("Account closed", "2024-04-10")
        self.assertEqual(other.activity_ids.user_id, acting)

        def responsible(*users):
            return self.company._get_client_refund_responsible(*users)

        reader = self._create_user("reader", "Rita Reader", "account.group_account_readonly")
        self.assertEqual(responsible(self.clerk, reader, sales, acting), sales)
        left.active = False
        self.assertTrue(responsible(self.clerk, left).active)
        self.assertNotIn(responsible(self.clerk, left), self.clerk | left | reader)
        somewhere_else = self.setup_other_company()["company"]
        self.assertNotEqual(somewhere_else._get_client_refund_responsible(sales), sales)

    def test_twice(self):
        refund = self._refund({self.credit_note: None})
        self._return(refund)
        with self.assertRaisesRegex(UserError, "Only what was paid out"):
            refund.action_return("Again", "2024-04-11")
        with self.assertRaisesRegex(UserError, "the bank returned it"):
            refund.action_undo("Again")

    # ------------------------------------------------------------------
    # It was a mistake
    # ------------------------------------------------------------------

    def test_return_that_was_a_mistake(self):
        invoice = self._invoice(120)
        refund = self.refunds.browse(
            self.refunds.create_refund(
                {
                    "partner_id": self.client.id,
                    "date": "2024-04-01",
                    "lines": [{"move_line_id": self.credit_note.id}, {"move_line_id": self.payment.id}],
                    "offset": True,
                }
            )
        )
        state, outgoing = refund.state, refund.payment_ids
        residuals = {item: values["residual"] for item, values in self._ledger().items()}
        partials = refund._get_offset_partials() | refund.line_ids.payment_line_id.matched_credit_ids
        returned = self._return(refund)

        self.assertIs(self._rpc(self.clerk, refund, "action_undo_return"), True)

        after = self._ledger()
        self.assertEqual({item: after[item]["residual"] for item in residuals}, residuals)
        self.assertRecordValues(refund, [{"state": state, "returned_on": False, "cancel_reason": False}])
        self.assertEqual((returned.state, refund._get_standing_payments()), ("canceled", outgoing))
        owned = refund._get_offset_partials() | refund.line_ids.payment_line_id.matched_credit_ids
        self.assertEqual(len(owned), len(partials))
        self.assertEqual(owned.client_refund_id, refund)
        self.assertTrue(all(line._is_settled_exactly() for line in refund.line_ids))
        # and it can come back in earnest
        self._return(refund)
        self.assertEqual((self.payment.amount_residual, invoice.amount_residual), (-50, 0))

    def test_return_that_was_a_mistake_in_a_locked_period(self):
        refund = self._refund({self.credit_note: 100})
        returned = self._return(refund)
        self._lock_until("2024-04-30")
        refund.action_undo_return()
        self.assertEqual((self.credit_note.amount_residual, refund.state), (-200, "in_process"))
        self.assertTrue(returned.move_id.reversal_move_ids)

    def test_mistake_that_came_too_late(self):
        refund = self._refund({self.credit_note: 200})
        with self._refused_return("the bank did not send it back"):
            refund.action_undo_return()
        self._return(refund)
        other = self._draft({self.credit_note: 250})
        with self._refused_return(r"50\.00 of it is still open, but the refund paid .*200\.00"):
            refund.action_undo_return()
        other.action_undo("Not this")
        refund.action_undo_return()
        self.assertEqual(self.credit_note.amount_residual, -100)

    def test_mistake_where_invoices_are_open_again(self):
        invoice = self._invoice(120)
        refund = self.refunds.browse(
            self.refunds.create_refund(
                {"partner_id": self.client.id, "lines": [{"move_line_id": self.credit_note.id}], "offset": True}
            )
        )
        refund.action_return("Account closed")
        invoice.remove_move_reconcile()
        with self._refused_return("its invoices have been unreconciled since"):
            refund.action_undo_return()

    @contextmanager
    def _refused_return(self, message):
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            yield

    def test_receipt_that_the_bank_rejects_after_its_refund(self):
        refund, other = self._refund({self.payment: None}), self._refund({self.credit_note: 10})
        self.payment.move_id.origin_payment_id.with_user(self.clerk).action_reject()
        self.assertEqual(refund.activity_ids.mapped("summary"), ["Refunded receipt rejected"])
        self.assertIn(self.payment.move_id.origin_payment_id.name, refund.message_ids[0].body)
        self.assertFalse(other.activity_ids)

    def test_what_core_refuses_in_a_batch_is_named(self):
        archived = self.receivable.copy({"name": "Old Receivable"})
        refunds = [self._refund({self._credit_note(number): None}) for number in range(1, 4)]
        refunds.insert(1, self._refund({self._entry(70, account=archived): None}))
        archived.active = False
        before = self._ledger()
        with self.assertRaises(UserError) as raised, self.env.cr.savepoint():
            self.refunds.union(*refunds).action_return("Account closed", "2024-04-10")
        self.assertRegex(
            raised.exception.args[0],
            rf"^Alder & Finch LLP, refund {refunds[1].name} of .*70\.00: The account Old Receivable.*is archived\.$",
        )
        self.assertEqual(self._ledger(), before)

    def test_only_by_who_may_prepare(self):
        refund = self._refund({self.credit_note: None})
        employee = self._create_user("employee", "Emil Employee", "base.group_user")
        with self.assertRaises(AccessError):
            self._rpc(employee, refund, "action_return", "x", "2024-04-10")
