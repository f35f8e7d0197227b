from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import BackToCardCommon


@tagged("post_install", "-at_install")
class TestLeftToRefund(BackToCardCommon):
    """Never more goes back by an online payment than was paid by it, and only as its provider can."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(100).move_id
        cls.source = cls._pay_online(100, invoices=cls.invoice)

    def _note(self, amount):
        return self._credit_note(amount, reversed_entry_id=self.invoice.id)

    def test_drafts_and_issued_refunds_count_together(self):
        self._card_refund({self._note(50): 50})
        draft = self._card_draft({self._note(30): 30})
        self.assertEqual(self.source.amount_refund_left, 20)
        with self._refused(rf"20\.00 of online payment SHOP.*100\.00\) is left.*{draft.name}"):
            self._card_draft({self._note(40): 21})
        self._card_draft({self._note(40): 20})
        self.assertEqual(self.source.amount_refund_left, 0)

    def test_lines_of_one_refund_count_together(self):
        with self._refused(r"120\.00 would go back by it"):
            self._card_draft({self._note(60): 60, self._note(70): 60})

    def test_what_was_undone_is_left_again(self):
        draft = self._card_draft({self._note(60): 60})
        draft.action_undo("Not now")
        issued = self._card_refund({self._note(70): 70})
        self.assertEqual(self.source.amount_refund_left, 30)
        issued.action_undo("Not now")
        self.assertEqual(self.source.amount_refund_left, 100)

    def test_amount_that_settles_invoices_is_not_held(self):
        invoice = self._invoice(40)
        draft = self._card_draft({self._note(60): 60})
        draft.write({"offset_ids": [(0, 0, {"move_line_id": invoice.id, "amount": 40})]})
        self.assertEqual(self.source.amount_refund_left, 80)

    def test_draft_that_grew_behind_the_check_is_refused_when_issued(self):
        draft = self._card_draft({self._note(60): 60})
        other = self._card_draft({self._note(50): 40})
        other.line_ids.write({"amount": 50})
        with self._refused(r"40\.00 of online payment"):
            other.action_post()
        self.assertFalse(other.payment_ids | draft.payment_ids)

    def test_core_refunds_only_what_is_left(self):
        draft = self._card_draft({self._note(60): 60})
        payment = self.source.payment_id
        self.assertEqual(payment.amount_available_for_refund, 40)
        wizard = self.env["payment.refund.wizard"].with_user(self.clerk).with_context(active_id=payment.id)
        with self._refused("cannot be superior to 40", ValidationError):
            wizard.create({"amount_to_refund": 50})
        with self._refused(
            rf"{self.client.name}: .*40\.00 of .*100\.00\) is left to refund \({draft.name}\)"
            rf".*or discard {draft.name} first"
        ):
            self.source.with_user(self.clerk).action_refund(amount_to_refund=50)
        wizard.create({"amount_to_refund": 40}).action_refund()
        self.assertEqual(self.source.amount_refund_left, 0)
        draft.action_undo("Wrong client")
        # what went back can't be undone
        with self._refused(r"60\.00 of .*100\.00\) is left to refund \(R-SHOP\)\. Refund at most that\.$"):
            self.source.with_user(self.clerk).action_refund(amount_to_refund=75)

    def test_what_core_refunded_is_not_left(self):
        self.source.with_user(self.clerk).action_refund(amount_to_refund=75)
        with self._refused(r"25\.00 of online payment \S+ \(.*100\.00\) is left.*R-SHOP"):
            self._card_draft({self._note(60): 60})

    def test_provider_that_refunds_only_as_a_whole(self):
        self.provider.support_refund = "full_only"
        note = self._note(100)
        with self._refused(r"only refund the full amount of .*100\.00, but .*60\.00 would"):
            self._card_draft({note: 60})
        refund = self._card_refund({note: 100})
        self._work()
        self.assertEqual(refund.line_ids.provider_status, "done")

    def test_provider_that_refunds_only_as_a_whole_and_did_so_in_part(self):
        self._card_refund({self._note(10): 10})
        self.provider.support_refund = "full_only"
        note = self._note(100)
        self.assertEqual(self.source._get_amount_refundable(), 0)
        with self._refused(r"0\.00 of online payment"):
            self._card_draft({note: 100})

    def test_whole_in_two_credits(self):
        self.provider.support_refund = "full_only"
        refund = self._card_refund({self._note(60): 60, self._note(40): 40})
        self.assertEqual(self._online_refund(refund).amount, -100)

    def test_whole_from_two_accounts(self):
        """They would be two payments, and so two refunds at the provider."""
        self.provider.support_refund = "full_only"
        notes = [self._note(60), self._note(40)]
        other_account = self.receivable.copy({"code": "121999", "name": "Other receivable"})
        notes[1].move_id.button_draft()
        notes[1].account_id = other_account
        notes[1].move_id.action_post()
        with self._refused("the credits are on several accounts"):
            self._card_draft({notes[0]: 60, notes[1]: 40})

    def _assert_not_offered(self, credit):
        self.assertFalse(credit._get_source_transactions())
        with self._refused("did not come by an online payment of this client"):
            self._card_draft({credit: 10})

    def test_provider_that_refunds_nothing(self):
        self.provider.support_refund = "none"
        self._assert_not_offered(self._note(50))

    def test_method_that_refunds_nothing(self):
        self.source.payment_method_id.support_refund = "none"
        self._assert_not_offered(self._note(50))

    def test_provider_that_is_switched_off(self):
        self.provider.state = "disabled"
        self._assert_not_offered(self._note(50))

    def test_provider_that_stops_refunding_while_a_draft_waits(self):
        draft = self._card_draft({self._note(50): 50})
        self.provider.support_refund = "none"
        with self._refused("did not come by an online payment"):
            draft.action_post()

    def test_credit_that_was_not_paid_online(self):
        self._assert_not_offered(self._credit_note(50))
        self._assert_not_offered(self._payment(50))

    def test_online_payment_of_somebody_else(self):
        """The invoice of the client was paid with a card of another client: to whom it goes back is not ours to say."""
        invoice = self._invoice(50).move_id
        self._pay_online(50, invoices=invoice, partner=self.other_client)
        self._assert_not_offered(self._credit_note(50, reversed_entry_id=invoice.id))

    def test_online_payment_of_a_contact(self):
        contact = self.env["res.partner"].create({"name": "Ada", "parent_id": self.client.id})
        invoice = self._invoice(50).move_id
        source = self._pay_online(50, invoices=invoice, partner=contact)
        credit = self._credit_note(50, reversed_entry_id=invoice.id)
        self.assertEqual(credit._get_source_transactions(), {credit: source})

    def test_online_payment_in_another_currency(self):
        invoice = self._invoice(50).move_id
        self._pay_online(50, invoices=invoice, currency=self.other_currency)
        self._assert_not_offered(self._credit_note(50, reversed_entry_id=invoice.id))

    def test_online_payment_that_is_not_confirmed(self):
        transaction = self._pay_online(50)
        credit = self._receivable_items(transaction.payment_id.move_id)
        transaction.state = "pending"
        self._assert_not_offered(credit)

    def test_back_in_the_currency_that_was_paid(self):
        credit = self._card_credit(50, currency=self.other_currency)
        refund = self._card_refund({credit: 20})
        self.assertEqual((self._online_refund(refund).currency_id, refund.amount), (self.other_currency, 20))
        self.assertEqual(credit.amount_residual_currency, -30)
