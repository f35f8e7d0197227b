from requests.exceptions import HTTPError, Timeout

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES

from .common import BackToCardCommon


def failure(message, cause):
    """What core raises where a request to a provider fails."""
    error = ValidationError(message)
    error.__context__ = cause
    return error


def http_error(status_code):
    return HTTPError(response=type("Response", (), {"status_code": status_code})())


@tagged("post_install", "-at_install")
class TestAnswer(BackToCardCommon):
    """What becomes of a refund when its provider says pending, done or failed, or nothing."""

    def test_pending_then_done(self):
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        with self._provider_answers("pending"):
            self._work()
        self.assertEqual((refund.line_ids.provider_status, refund.state), ("pending", "in_process"))
        self._online_refund(refund).action_demo_set_done()
        self._work()
        self.assertEqual((refund.line_ids.provider_status, refund.state), ("done", "in_process"))
        self.assertEqual((credit.amount_residual, len(refund.payment_ids)), (0, 1))

    def test_answer_that_comes_later(self):
        """Some providers only acknowledge, and tell by a message what became of it."""
        refund = self._card_refund({self._card_credit(100): 100})
        with self._provider_answers(None) as asked:
            self._work()
            self._work()
        self.assertEqual((refund.line_ids.provider_status, len(asked)), ("pending", 1))

    def test_failed(self):
        """The card is closed: nothing was paid, the credit is open as before, and the clerk is told."""
        credit = self._card_credit(100)
        before = self._ledger()
        refund = self._card_refund({credit: 100})
        with self._provider_answers("error"):
            self._work()
        after = self._ledger()
        self.assertEqual(after.pop(credit), before[credit])
        self.assertEqual([item["state"] for item in after.values()], ["cancel"])
        line = refund.line_ids
        self.assertEqual((refund.state, refund.amount, refund.payment_ids.state), ("canceled", 0, "canceled"))
        self.assertEqual((line.amount_failed, line.provider_status, line.amount), (100, "failed", 0))
        self.assertFalse(line.payment_line_id)
        self.assertIn("You selected the following demo payment status: error", refund.cancel_reason)
        self.assertEqual(self._activities(refund), ["Refund to the card failed"])
        self.assertEqual(refund.activity_ids.user_id, self.clerk)
        self.assertEqual(
            (credit.amount_refundable, refund.line_ids.source_transaction_id.amount_refund_left), (100, 100)
        )
        # refunded anew, by bank; no bank statement confirms the receipt, as it does others: that needs approval
        self._let_bank_confirm("2024-03-02", journal=self.online)
        again = self._submit({credit: 100}, partner_bank_id=self.payee.id)
        again.with_user(self.approver).action_approve()
        self.assertEqual((again.state, credit.amount_residual), ("in_process", 0))

    def test_told_in_the_language_of_who_asked(self):
        """A German asks; the scheduler, and an Englishman who takes back the rest, tell it in German."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.clerk.lang = "de_DE"
        card, note = self._card_credit(60), self._credit_note(40)
        refund = self._card_refund({card: 60}, by_bank={note: 40}, partner_bank_id=self.payee.id)
        self._work()
        refund.with_user(self.approver).with_context(lang="en_US").action_undo("Falsches Konto")
        failing = self._card_refund({self._card_credit(100): 100})
        with self._provider_answers("error"):
            self._work()
        self.assertEqual(self._activities(refund), ["Teilweise zurückgenommen"])
        self.assertRegex(refund.activity_ids.note, "40,00.*Falsches Konto")
        self.assertEqual(self._activities(failing), ["Erstattung auf die Karte fehlgeschlagen"])
        self.assertIn("100,00", failing.activity_ids.note)
        self.assertNotIn("The provider could not refund", failing.cancel_reason)

    def test_refused_by_the_provider(self):
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        with self._provider_answers(failure("The provider rejected the request.", http_error(402))):
            self._work()
        self.assertEqual((refund.state, credit.amount_residual), ("canceled", -100))
        self.assertIn("rejected the request", refund.line_ids.provider_message)

    def test_canceled_by_the_provider(self):
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        with self._provider_answers("pending"):
            self._work()
        self._online_refund(refund).action_demo_set_canceled()
        self._work()
        # Authorize.net voids what is not settled yet: the client has the money, and the refund is canceled
        self.assertEqual((refund.state, credit.amount_residual), ("in_process", 0))
        self.assertEqual(refund.line_ids.provider_status, "unknown")
        self.assertEqual(refund.line_ids.source_transaction_id.amount_refund_left, 0)
        self.assertEqual(self._activities(refund), ["Check at the provider"])
        refund.line_ids.with_user(self.approver).action_provider_did_not_refund()
        self._work()
        self.assertEqual((refund.state, credit.amount_residual), ("canceled", -100))

    def test_error_that_does_not_say_what_the_provider_did(self):
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        with self._provider_answers(ValidationError("The answer can't be read.")):
            self._work()
        self.assertEqual((refund.line_ids.provider_status, credit.amount_residual), ("unknown", 0))

    def test_webhook_after_the_connection_broke(self):
        """What the provider tells of then is the refund that was asked for: nothing is booked a second time."""
        credit = self._card_credit(100)
        refund = self._unknown(credit)
        source = refund.line_ids.source_transaction_id.sudo()
        with self._refused("it is not known yet what the provider did with"):
            source._refund(100)
        told = source._create_child_transaction(100, is_refund=True)
        self.assertEqual(told, self._online_refund(refund))
        told._set_done()
        self._work()
        self.assertEqual((refund.line_ids.provider_status, credit.amount_residual), ("done", 0))
        self.assertEqual((refund.payment_ids.amount, source.amount_refund_left), (100, 0))

    def test_provider_switched_off_before_it_is_asked(self):
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        self.provider.state = "disabled"
        self._work()
        self.assertEqual((refund.state, credit.amount_residual), ("canceled", -100))

    def test_card_fails_and_bank_is_paid(self):
        """60 to the card fails, 40 by bank stays: the refund is over 40."""
        card, note = self._card_credit(60), self._credit_note(40)
        refund = self._card_refund({card: 60}, by_bank={note: 40}, partner_bank_id=self.payee.id)
        with self._provider_answers("error"):
            self._work()
        # without a bank reconciliation core takes a payment for paid that settles a credit note in full
        self.assertIn(refund.state, ISSUED_STATES)
        self.assertEqual((refund.amount_credit, refund.amount), (40, 40))
        self.assertEqual(refund.amount_company_currency, 40)
        self.assertEqual((card.amount_residual, note.amount_residual), (-60, 0))
        self.assertEqual(refund.line_ids.mapped("amount_failed"), [60, 0])
        by_bank = refund._get_standing_payments()
        self.assertEqual(by_bank.amount, 40)
        self.assertIn(by_bank.state, ISSUED_STATES)
        # the rest is undone as ever
        refund.action_undo("Wrong account")
        self.assertEqual((refund.state, card.amount_residual, note.amount_residual), ("canceled", -60, -40))

    def test_one_card_fails_and_the_other_is_paid(self):
        first, second = self._card_credit(30), self._card_credit(50)
        refund = self._card_refund({first: 30, second: 50})
        with self._provider_answers("pending"):
            self._work()
        online = refund.line_ids.grouped("move_line_id")
        online[first].refund_transaction_id.sudo().action_demo_set_error()
        online[second].refund_transaction_id.sudo().action_demo_set_done()
        self._work()
        self.assertEqual((first.amount_residual, second.amount_residual), (-30, 0))
        self.assertEqual((refund.state, refund.amount), ("in_process", 50))

    def test_both_cards_fail(self):
        first, second = self._card_credit(30), self._card_credit(50)
        refund = self._card_refund({first: 30, second: 50})
        with self._provider_answers("error"):
            self._work()
        self.assertEqual((first.amount_residual, second.amount_residual), (-30, -50))
        self.assertEqual((refund.state, refund.amount), ("canceled", 0))

        again = self._opened(refund.with_user(self.clerk).action_refund_again())
        self.assertEqual([(line.selected, line.amount) for line in again.line_ids], [(True, 30), (True, 50)])

    def test_invoice_that_was_settled_stays_settled(self):
        """Of 100 paid by card 30 settles an invoice; the card fails, and 70 is open."""
        credit, invoice = self._card_credit(100), self._invoice(30)
        refund = self._card_refund(
            {credit: 100}, offset_ids=[Command.create({"move_line_id": invoice.id, "amount": 30})]
        )
        with self._provider_answers("error"):
            self._work()
        self.assertEqual((credit.amount_residual, invoice.amount_residual), (-70, 0))
        self.assertEqual((refund.amount_credit, refund.amount_offset, refund.amount), (30, 30, 0))
        self.assertEqual((refund.state, refund.line_ids.amount_failed), ("paid", 70))
        refund.action_undo("Wrong invoice")
        self.assertEqual((credit.amount_residual, invoice.amount_residual), (-100, 30))

    def test_failed_in_a_locked_period(self):
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        self._lock_until("2024-04-30")
        with self._provider_answers("error"):
            self._work()
        self.assertEqual((credit.amount_residual, refund.state), (-100, "canceled"))
        entry = refund.payment_ids.move_id
        self.assertEqual((entry.state, entry.reversal_move_ids.state), ("posted", "posted"))

    def test_failed_and_matched_with_the_bank(self):
        """The bank statement says that it was paid: somebody must look, once, and nothing is taken back."""
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        with self._provider_answers("pending"):
            self._work()
        line = self.env["account.bank.statement.line"].create(
            {"payment_ref": "Settlement", "journal_id": self.online.id, "amount": -100, "date": "2024-04-03"}
        )
        suspense = line._seek_for_lines()[1]
        suspense.account_id = self.in_transit
        (suspense | refund.payment_ids._seek_for_lines()[0]).reconcile()
        online = self._online_refund(refund)
        online.action_demo_set_error()
        with self._refused("failed, and its payment is matched with"):
            online._post_process()
        self.assertEqual((credit.amount_residual, refund.state), (0, "in_process"))
        refund.sudo()._tell_provider_trouble("It is matched")
        refund.sudo()._tell_provider_trouble("It is matched")
        self.assertEqual(self._activities(refund), ["Online refund to check"])

    def test_done_after_it_had_failed(self):
        """The provider pays after all: core books it, and the clerk is told to reconcile it with the credit."""
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        with self._provider_answers("error"):
            self._work()
        online = self._online_refund(refund)
        online.action_demo_set_done()
        self._work()
        booked = online.payment_id
        self.assertNotEqual(booked, refund.payment_ids)
        self.assertEqual((booked.payment_type, booked.amount, booked.state), ("outbound", 100, "in_process"))
        self.assertIn("Refunded to the card after a failure", self._activities(refund))
        (self._receivable_items(booked.move_id) | credit).reconcile()
        self.assertEqual(credit.amount_residual, 0)
        self.assertEqual(refund.line_ids.source_transaction_id.amount_refund_left, 0)

    # ------------------------------------------------------------------
    # Where nobody knows
    # ------------------------------------------------------------------

    def _unknown(self, credit):
        refund = self._card_refund({credit: 100})
        with self._provider_answers(failure("Could not establish the connection.", Timeout())):
            self._work()
        return refund

    def test_unknown_where_the_connection_breaks(self):
        """The provider may have refunded: it is not asked again, and the credit is not open."""
        credit = self._card_credit(100)
        refund = self._unknown(credit)
        self.assertEqual((refund.line_ids.provider_status, refund.state), ("unknown", "in_process"))
        self.assertEqual((credit.amount_residual, refund.line_ids.source_transaction_id.amount_refund_left), (0, 0))
        self.assertEqual(self._activities(refund), ["Check at the provider"])
        with self._provider_answers("done") as asked:
            self._work()
        self.assertEqual(asked, [])

    def test_unknown_where_the_provider_breaks_down(self):
        refund = self._card_refund({self._card_credit(100): 100})
        with self._provider_answers(failure("The provider rejected the request.", http_error(503))):
            self._work()
        self.assertEqual(refund.line_ids.provider_status, "unknown")

    def test_unknown_can_not_be_undone(self):
        refund = self._unknown(self._card_credit(100))
        with self._refused(r"100\.00 was sent back by online payment SHOP\S*, and this can't be undone"):
            refund.action_undo("Nobody knows")

    def test_seen_that_it_was_refunded(self):
        refund = self._unknown(self._card_credit(100))
        refund.line_ids.with_user(self.approver).action_provider_refunded()
        self._work()
        self.assertEqual((refund.line_ids.provider_status, refund.state), ("done", "in_process"))
        self.assertEqual(refund.line_ids.provider_message, "Paula Partner has checked at the provider.")

    def test_seen_that_it_was_not_refunded(self):
        credit = self._card_credit(100)
        refund = self._unknown(credit)
        refund.line_ids.with_user(self.approver).action_provider_did_not_refund()
        self._work()
        self.assertEqual((refund.state, credit.amount_residual), ("canceled", -100))

    def test_seen_by_whom_it_is_not_to_say(self):
        refund = self._unknown(self._card_credit(100))
        for action in ("action_provider_refunded", "action_provider_did_not_refund"):
            with self._refused("You may not approve", AccessError):
                self._rpc(self.clerk, refund.line_ids, action)

    def test_known_is_not_to_be_said(self):
        refund = self._card_refund({self._card_credit(100): 100})
        for state in (None, "done"):
            if state:
                self._work()
            with self._refused("it is already known what the provider did"):
                refund.line_ids.with_user(self.approver).action_provider_did_not_refund()

    def test_told_by_the_provider_meanwhile(self):
        refund = self._unknown(self._card_credit(100))
        online = self._online_refund(refund)
        online._process("demo", {"reference": online.reference, "simulated_state": "done"})
        self._work()
        self.assertEqual((refund.line_ids.provider_status, online.client_refund_call), ("done", "called"))

    # ------------------------------------------------------------------
    # Undo and return
    # ------------------------------------------------------------------

    def test_undo_before_it_is_sent(self):
        credit = self._card_credit(100)
        before = self._ledger()[credit]
        refund = self._card_refund({credit: 100})
        refund.action_undo("Wrong credit")
        self.assertEqual((self._ledger()[credit], refund.state), (before, "canceled"))
        self.assertEqual(self._online_refund(refund).state, "cancel")
        with self._provider_answers("done") as asked:
            self._work()
        self.assertEqual(asked, [])
        self.assertEqual(refund.line_ids.amount_failed, 0)

    def test_undo_after_it_was_sent(self):
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        for state in ("pending", "done"):
            with self._provider_answers(state):
                self._work()
            self._online_refund(refund)._process(
                "demo", {"reference": self._online_refund(refund).reference, "simulated_state": state}
            )
            with self._refused(r"Alder & Finch LLP, refund \S+ of .*100\.00: .*can't be undone.*invoice it"):
                refund.action_undo("Too late")
        self.assertEqual(credit.amount_residual, 0)

    def test_bank_does_not_return_a_card(self):
        refund = self._card_refund({self._card_credit(60): 60})
        with self._refused("Book what came back as an incoming payment"):
            refund.action_return("Account closed")

    def test_bank_returns_its_part_of_a_failed_card(self):
        card, note = self._card_credit(60), self._credit_note(40)
        refund = self._card_refund({card: 60}, by_bank={note: 40}, partner_bank_id=self.payee.id)
        with self._provider_answers("error"):
            self._work()
        refund.action_return("Account closed")
        self.assertEqual((refund.state, card.amount_residual, note.amount_residual), ("canceled", -60, -40))
        with self.assertRaises(UserError):
            refund.action_return("Again")

    def _refund_both_ways(self):
        """60 that went back by card, 40 of another credit that was paid by bank."""
        card, note = self._card_credit(60), self._credit_note(40)
        before = self._ledger()[note]
        refund = self._card_refund({card: 60}, by_bank={note: 40}, partner_bank_id=self.payee.id)
        with self._provider_answers("done"):
            self._work()
        return refund, card, note, before

    def assertCardStays(self, refund, card, note, before):
        self.assertEqual(self._ledger()[note], before)
        self.assertEqual((card.amount_residual, note.amount_refundable), (0, 40))
        self.assertIn(refund.state, ISSUED_STATES)
        self.assertEqual((refund.amount, refund.amount_company_currency), (60, 60))
        self.assertEqual(refund.line_ids.mapped("amount_failed"), [0, 40])
        self.assertEqual(refund._get_standing_payments().payment_transaction_id, self._online_refund(refund))
        # it is a credit like any other again, and who refunds it reads that it was paid before
        note.move_id.button_draft()
        note.move_id.action_post()
        self.company.client_refund_duplicate_days = 14
        again = self._draft({note: 40}, partner_bank_id=self.payee.id)
        self.assertIn("paid_before", again._get_risks()[again])

    def test_undone_beside_a_card_that_was_paid(self):
        refund, card, note, before = self._refund_both_ways()
        self.assertIn("in_part", refund._get_undo_alerts())
        refund.action_undo("Wrong account")
        self.assertCardStays(refund, card, note, before)
        self.assertEqual(self._activities(refund), ["Partly undone"])
        with self._refused("can't be undone"):
            refund.action_undo("The card too")

    def test_returned_by_the_bank_beside_a_card_that_was_paid(self):
        refund, card, note, before = self._refund_both_ways()
        self.assertIn("in_part", refund._get_return_alerts())
        refund.action_return("Account closed")
        self.assertCardStays(refund, card, note, before)
        self.assertFalse(refund.returned_on)
        by_bank = refund.payment_ids - refund._get_standing_payments()
        self.assertEqual(sorted(by_bank.mapped("payment_type")), ["inbound", "outbound"])
        self.assertTrue(all(by_bank.mapped("is_reconciled")))
        with self._refused("a bank does not return it"):
            refund.action_return("The card too")
