from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestPaid(ClientRefundCommon):
    """A refund is paid when its money has left: the bank says so, there is nothing to match, or somebody says so."""

    def _match_with_bank(self, payments, amount):
        """A line of the bank statement that is matched with what these payments have on the outstanding account."""
        line = self.env["account.bank.statement.line"].create(
            {"payment_ref": "Refund", "journal_id": self.bank.id, "amount": -amount, "date": "2024-04-03"}
        )
        suspense = line._seek_for_lines()[1]
        suspense.account_id = self.outstanding
        (suspense | payments._seek_for_lines()[0]).reconcile()
        return line

    def assertStates(self, refund, state):
        """The refund and its payments say the same."""
        self.assertEqual({refund.state, *refund._get_outgoing_payments().mapped("state")}, {state})

    # ------------------------------------------------------------------
    # What the bank says
    # ------------------------------------------------------------------

    def test_every_kind_of_credit_waits_for_the_bank(self):
        """Core takes a payment for paid as soon as the credit notes are that it settles."""
        for credit in (self._credit_note(100), self._payment(100), self._bank_receipt(100), self._entry(100)):
            refund = self._refund({credit: None})
            self.assertTrue(credit.reconciled)
            self.assertStates(refund, "in_process")
            line = self._match_with_bank(refund.payment_ids, 100)
            self.assertTrue(refund.payment_ids.is_matched)
            self.assertStates(refund, "paid")
            line.action_undo_reconciliation()
            self.assertStates(refund, "in_process")

    def test_half_of_it_on_the_statement(self):
        refund = self._refund({self._credit_note(100): None})
        self._match_with_bank(refund.payment_ids, 60)
        self.assertStates(refund, "in_process")
        self._match_with_bank(refund.payment_ids, 40)
        self.assertStates(refund, "paid")

    def test_booked_on_the_bank_account_itself(self):
        self.outbound_payment_method_line.payment_account_id = self.bank.default_account_id
        self.assertStates(self._refund({self._credit_note(100): None}), "paid")

    def test_cash(self):
        lines = self.cash.outbound_payment_method_line_ids
        lines.payment_account_id = self.cash.default_account_id
        self.assertStates(self._refund({self._credit_note(100): None}, journal_id=self.cash.id), "paid")

    def test_cash_is_handed_over_at_once(self):
        """On an outstanding account it waits to be counted; with core a payment of an entry would wait for that."""
        self.cash.outbound_payment_method_line_ids.payment_account_id = self.outstanding
        for credit in (self._credit_note(100), self._entry(100)):
            refund = self._refund({credit: None}, journal_id=self.cash.id)
            self.assertFalse(refund.payment_ids.is_matched)
            self.assertStates(refund, "paid")
            refund.action_undo("Not handed over")
            self.assertStates(refund, "canceled")

    def test_nothing_to_wait_for(self):
        credit, invoice = self._credit_note(100), self._invoice(100)
        offset = Command.create({"move_line_id": invoice.id, "amount": 100})
        self.assertStates(self._refund({credit: None}, offset_ids=[offset]), "paid")

    def test_other_payments_are_paid_as_core_says(self):
        """Beside a refund of the same kind, a payment by hand is what it is without the addon."""
        credit_note = self._credit_note(100).move_id
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=credit_note.ids
        )
        payment = wizard.create({"payment_method_line_id": self.outbound_payment_method_line.id})._create_payments()
        self.assertEqual(payment.state, "paid")

    # ------------------------------------------------------------------
    # What somebody says
    # ------------------------------------------------------------------

    def test_mark_many(self):
        """Who said it, and when, stays; the bank may say the same afterwards, or be undone: it is said."""
        refunds = self._refund({self._credit_note(100): None}) | self._refund({self._payment(50): None})
        with freeze_time("2024-04-05 10:00:00"):
            self.assertIs(self._rpc(self.clerk, refunds, "action_mark_paid"), True)
        self.assertStates(refunds[0], "paid")
        self.assertStates(refunds[1], "paid")
        self.assertEqual(refunds.marked_paid_by_id, self.clerk)
        self.assertEqual({str(on) for on in refunds.mapped("marked_paid_on")}, {"2024-04-05 10:00:00"})
        self.assertIn("Marked as paid: $ 100.00 has left.", refunds[0].message_ids[0].preview.replace("\xa0", " "))
        line = self._match_with_bank(refunds[0].payment_ids, 100)
        line.action_undo_reconciliation()
        self.assertStates(refunds[0], "paid")

    def test_undo_asks_whether_the_money_left(self):
        refund = self._refund({self._credit_note(100): None})
        self.assertNotIn("paid", refund._get_undo_alerts())
        refund.action_mark_paid()
        self.assertIn("make sure that the money did not leave", refund._get_undo_alerts()["paid"]["message"])

    def test_undone(self):
        credit = self._credit_note(100)
        refund = self._refund({credit: None})
        refund.action_mark_paid()
        refund.action_undo("Never transferred")
        # who said so stays known: what is said to have left may have left
        self.assertRecordValues(refund, [{"state": "canceled", "marked_paid_by_id": self.clerk.id}])
        self.assertTrue(refund._may_have_left())
        self.assertEqual(credit.amount_residual, -100)
        self.assertStates(self._refund({credit: None}), "in_process")

    def test_returned(self):
        """That the money had left stays said; that it came back is for the bank to say."""
        refund = self._refund({self._credit_note(100): None})
        refund.action_mark_paid()
        self.inbound_payment_method_line.payment_account_id = self.outstanding_receipts
        refund.action_return("Account closed", "2024-04-10")
        self.assertEqual(refund.marked_paid_by_id, self.clerk)
        back = refund.payment_ids - refund._get_outgoing_payments()
        self.assertEqual((refund._get_outgoing_payments().state, back.state), ("paid", "in_process"))

    def test_only_what_is_in_process(self):
        draft = self._draft({self._payment(50): None})
        refund = self._refund({self._credit_note(100): None})
        refund.action_mark_paid()
        with self.assertRaises(UserError) as refused:
            (draft | refund).action_mark_paid()
        self.assertRegex(str(refused.exception), f"refund {draft.name} of .*it is Draft.")
        self.assertRegex(str(refused.exception), f"refund {refund.name} of .*it is Paid.")
        self.assertEqual(draft.state, "draft")

    def test_not_by_readers(self):
        refund = self._refund({self._credit_note(100): None})
        auditor = self._create_user("auditor", "Ada Auditor", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            self._rpc(auditor, refund, "action_mark_paid")
        with self.assertRaisesRegex(UserError, "can't be set directly"):
            refund.write({"marked_paid_on": "2024-04-05 10:00:00"})

    # ------------------------------------------------------------------
    # Core's Validate
    # ------------------------------------------------------------------

    def _other_payment(self):
        vals = self._prepare_payment_vals(30, partner=self.other_client)
        self.inbound_payment_method_line.payment_account_id = self.outstanding_receipts
        payment = self.env["account.payment"].create(vals)
        payment.action_post()
        return payment

    def test_validate_beside_other_payments(self):
        refund = self._refund({self._payment(100): None})
        other = self._other_payment()
        self._rpc(self.clerk, refund.payment_ids | other, "action_validate")
        self.assertStates(refund, "paid")
        self.assertEqual((other.state, refund.marked_paid_by_id), ("paid", self.clerk))

    def test_validate_without_the_right_on_refunds(self):
        refund = self._refund({self._payment(100): None})
        self.env.ref("client_refund.group_client_refund_prepare").implied_by_ids = False
        biller = self._create_user("biller", "Bill Biller", "account.group_account_invoice")
        self._rpc(biller, refund.payment_ids, "action_validate")
        self.assertStates(refund, "paid")
        self.assertEqual(refund.marked_paid_by_id, biller)

    def test_validate_one_of_two(self):
        """Credits on two receivable accounts make two payments: it is paid when both have left."""
        other_receivable = self.receivable.copy()
        refund = self._refund({self._payment(100): None, self._entry(50, account=other_receivable): None})
        first, second = refund.payment_ids
        first.action_validate()
        self.assertEqual((refund.state, refund.marked_paid_by_id.ids), ("in_process", []))
        second.action_validate()
        self.assertStates(refund, "paid")

    def test_nothing_else_behind_its_back(self):
        refund = self._refund({self._payment(100): None})
        for state in ("draft", "canceled", "rejected"):
            with self.assertRaisesRegex(UserError, "belongs to refund"):
                refund.payment_ids.write({"state": state})
        with self.assertRaisesRegex(UserError, "belongs to refund"):
            refund.payment_ids.write({"state": "paid", "amount": 1})

    # ------------------------------------------------------------------
    # What the client reads
    # ------------------------------------------------------------------

    def _mail(self, refund):
        return self.env.ref("client_refund.mail_template_client_refund_notice")._render_field("body_html", refund.ids)[
            refund.id
        ]

    def test_the_client_is_told_what_is_so(self):
        refund = self._refund({self._credit_note(100): None})
        self.assertIn("We are paying", self._mail(refund))
        self.assertNotIn("We have paid", self._mail(refund))
        refund.action_mark_paid()
        self.assertIn("We have paid", self._mail(refund))
