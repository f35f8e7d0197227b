from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.client_refund_payment_batch.hooks import uninstall_hook

from .common import PaymentOrderCommon


@tagged("post_install", "-at_install")
class TestPaymentOrderUndo(PaymentOrderCommon):
    """Back from each state of the order: the ledger is as it was, and nothing is paid twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit = cls._credit_note(300)
        cls.other_credit = cls._credit_note(80, partner=cls.other_client)

    def test_undo_while_the_order_is_draft(self):
        before = self._ledger()
        refund, other = self._refund({self.credit: None}), self._refund_other({self.other_credit: None})
        order = self._order(refund)

        refund.action_undo("Wrong client")

        self.assertEqual((refund.state, refund.payment_order_count), ("canceled", 0))
        self.assertEqual(self._ledger(), before)
        self.assertEqual(self.credit.amount_refundable, 300)
        self.assertEqual(order.payment_line_ids.client_refund_line_id.refund_id, other)
        self.assertIn(f"{refund.name} of", order.message_ids[0].body)

    def test_undo_while_the_order_is_confirmed(self):
        """Its payment leaves the order with it; what is left is what the bank gets."""
        refund, other = self._refund({self.credit: None}), self._refund_other({self.other_credit: None})
        order = self._order(refund)
        order.draft2open()

        refund.action_undo("Wrong client")

        self.assertEqual((refund.state, refund.payment_ids.state), ("canceled", "canceled"))
        self.assertFalse(refund.payment_ids.payment_order_id)
        self.assertEqual(order.payment_ids, other.payment_ids)
        self.assertEqual((order.payment_lot_ids.amount, order.payment_lot_ids.payment_count), (80, 1))
        order.open2generated()
        order.generated2uploaded()
        self.assertEqual((self.credit.amount_residual, self.other_credit.amount_residual), (-300, 0))

    def test_undo_of_all_that_a_confirmed_order_holds(self):
        refund = self._refund({self.credit: None})
        order = self._order(refund)
        order.draft2open()
        refund.action_undo("Wrong client")
        self.assertEqual((order.state, order.payment_lot_ids.ids), ("cancel", []))

    def test_undo_while_the_file_may_be_at_the_bank(self):
        refund = self._refund({self.credit: None})
        order = self._order(refund)
        order.draft2open()
        order.open2generated()
        with self.assertRaisesRegex(UserError, f"payment order {order.name} pays it, and its file may be at the bank"):
            refund.action_undo("Wrong client")

    def test_undo_after_upload(self):
        before = self._ledger()
        refund, other = self._refund({self.credit: None}), self._refund_other({self.other_credit: None})
        order = self._order(refund)
        self._upload(order)

        refund.action_undo("The bank refused it")

        self.assertEqual((refund.state, refund.payment_ids.state), ("canceled", "canceled"))
        after = self._ledger()
        self.assertEqual(after[self.credit], before[self.credit])
        self.assertEqual(order.payment_ids, other.payment_ids)
        self.assertEqual(self.credit.amount_refundable, 300)

    def test_returned_by_the_bank(self):
        refund = self._refund({self.credit: None})
        order = self._order(refund)
        self._upload(order)
        refund.action_return("Account closed", "2099-01-01")
        self.assertEqual((refund.state, self.credit.amount_residual), ("canceled", -300))
        self.assertEqual(self.credit.amount_refundable, 300)
        self.assertEqual(order.payment_ids, refund._get_outgoing_payments())
        # the bank carried the order out
        with self.assertRaisesRegex(UserError, f"paid {refund.name}, and the bank sent money back.*leave it as it is"):
            order.action_cancel()

    def test_return_before_the_bank_paid(self):
        """The order pays on a day of its own, later than the refund's."""
        refund = self._refund({self.credit: None})
        self._upload(self._order(refund))
        self.assertLess(refund.date, refund.payment_ids.date)
        with self.assertRaisesRegex(UserError, f"it was paid on {refund.payment_ids.date}"):
            refund.action_return("Account closed", refund.date)

    def test_uninstalled_while_refunds_wait(self):
        """Without the addon the order would pay them as if nobody had refunded them."""
        refund = self._refund({self.credit: None})
        with self.assertRaisesRegex(UserError, f"{refund.name} waits in payment order"):
            uninstall_hook(self.env)

    def test_uninstalled_when_all_are_paid(self):
        refund = self._refund({self.credit: None})
        self._upload(self._order(refund))
        uninstall_hook(self.env)
        self.assertEqual(refund.payment_ids.amount, 300)

    def test_return_before_upload(self):
        refund = self._refund({self.credit: None})
        self._order(refund).draft2open()
        with self.assertRaisesRegex(UserError, "its payment is not booked yet"):
            refund.action_return("Account closed")

    def test_order_canceled_and_confirmed_again(self):
        """The refund waits in the canceled order; brought back to draft, the order pays it once."""
        refund = self._refund({self.credit: None})
        order = self._order(refund)
        order.draft2open()
        order.open2generated()

        order.action_cancel()
        self.assertEqual((refund.state, refund.payment_count), ("in_process", 0))
        self.assertEqual(self.credit.amount_refundable, 0)
        self.assertIn(f"Payment order {order.name} was canceled", refund.message_ids[0].body)

        order.cancel2draft()
        self._upload(order)
        self.assertEqual(refund.payment_ids.mapped("amount"), [300])
        self.assertEqual(self.credit.amount_residual, 0)

    def test_order_canceled_and_refund_undone(self):
        before = self._ledger()
        refund = self._refund({self.credit: None})
        order = self._order(refund)
        order.draft2open()
        order.action_cancel()
        refund.action_undo("Wrong client")
        self.assertEqual((refund.state, self.credit.amount_refundable), ("canceled", 300))
        self.assertEqual(self._ledger(), before)

    def test_order_that_has_paid_stays(self):
        refund = self._refund({self.credit: None})
        order = self._order(refund)
        self._upload(order)
        with self.assertRaisesRegex(UserError, f"Payment order {order.name} has paid {refund.name}"):
            order.action_cancel()

    def test_order_that_has_paid_can_be_canceled_without_its_refunds(self):
        refund = self._refund({self.credit: None})
        bill = self.init_invoice("in_invoice", self.other_client, amounts=[70], post=True)
        payable = bill.line_ids.filtered(lambda item: item.account_type == "liability_payable")
        order = self._order(refund)
        order.write(
            {
                "payment_line_ids": [
                    Command.create(
                        {"move_line_id": payable.id, "partner_bank_id": self.other_account.id, "communication": "Bill"}
                    )
                ]
            }
        )
        self._upload(order)
        refund.action_undo("The bank refused the file")
        order.action_cancel()
        self.assertEqual((order.state, payable.reconciled), ("cancel", False))

    def test_refunded_again_after_undo(self):
        refund = self._refund({self.credit: None})
        self._order(refund).draft2open()
        refund.action_undo("Wrong amount")
        again = self._refund({self.credit: 200})
        self._upload(self._order(again))
        self.assertEqual((again.payment_ids.amount, self.credit.amount_residual), (200, -100))
