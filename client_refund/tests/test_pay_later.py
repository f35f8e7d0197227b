from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.client_refund_posting import ClientRefundPosting
from ..tools.workflow import with_workflow
from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestPayLater(ClientRefundCommon):
    """A rail that pays later: issued, the refund is in process and holds its credits until its payment is booked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit = cls._credit_note(100)

    def _refund_later(self, amounts, **values):
        """A refund that is issued by a rail that pays later."""
        with patch.object(ClientRefundPosting, "_pay", lambda _refunds: None):
            return self._refund(amounts, **values)

    def _pay(self, refund):
        """What the rail does when the money is due."""
        refund = with_workflow(refund)
        refund._create_payments()
        refund._book_payments()
        refund._compute_state()

    def test_holds_its_credit_until_it_is_paid(self):
        refund = self._refund_later({self.credit: 60})

        self.assertEqual((refund.state, refund.payment_count), ("in_process", 0))
        self.assertEqual(self.credit.amount_residual, -100)
        self.assertEqual((self.credit.amount_refund_reserved, self.credit.amount_refundable), (60, 40))
        row = self.env["client.credit"].search([("partner_id", "=", self.client.id)])
        self.assertEqual((row.amount_reserved, row.amount_refundable), (60, 40))

        self._pay(refund)

        self.assertEqual((refund.state, refund.payment_ids.amount), ("in_process", 60))
        self.assertEqual(self.credit.amount_residual, -40)
        self.assertEqual((self.credit.amount_refund_reserved, self.credit.amount_refundable), (0, 40))
        self.assertPairs(refund, [(self.credit, 60)])

    def test_a_payment_that_is_booked_later_tells_so(self):
        refund = with_workflow(self._refund_later({self.credit: 60}))
        payment = refund._create_payments()
        self.env.cr.precommit.run()

        refund._book_payments()
        self.env.cr.precommit.run()

        changes = payment.message_ids.sudo().tracking_value_ids
        self.assertIn(("Draft", "In Process"), [(change.old_value_char, change.new_value_char) for change in changes])

    def test_nobody_else_refunds_what_it_holds(self):
        refund = self._refund_later({self.credit: 60})

        with self.assertRaisesRegex(UserError, rf"{refund.name} reserves \$\s60.00 of it"):
            self._draft({self.credit: 41})

    def test_others_refund_the_rest(self):
        refund = self._refund_later({self.credit: 60})
        self._refund({self.credit: 40})
        self._pay(refund)
        self.assertEqual(self.credit.amount_residual, 0)

    def test_nobody_reconciles_what_it_holds(self):
        refund = self._refund_later({self.credit: 60})
        (self.credit | self._invoice(30)).reconcile()
        self.assertEqual(self.credit.amount_residual, -70)

        with self.assertRaisesRegex(UserError, rf"{refund.name} pays out \$\s60.00 of {self.credit.move_id.name}"):
            (self.credit | self._invoice(11)).reconcile()

    def test_nobody_says_that_nothing_is_held_of_it(self):
        self._refund_later({self.credit: 60})
        for user in (self.clerk, self.env.user):
            with self.assertRaisesRegex(AccessError, "is in a refund"), self.env.cr.savepoint():
                self._rpc(user, self.credit, "write", {"is_in_refund": False})

        with self.assertRaises(UserError):
            (self.credit | self._invoice(100)).reconcile()

    def test_its_document_stays(self):
        self._refund_later({self.credit: 60})
        with self.assertRaisesRegex(UserError, "Undo the refund first"):
            self.credit.move_id.button_draft()

    def test_its_account_stays(self):
        account = self._bank_account("LATER-1")
        refund = self._refund_later({self.credit: 60}, partner_bank_id=account.id)
        with self.assertRaisesRegex(UserError, f"Refund {refund.name} is on its way to account LATER-1"):
            account.acc_number = "THIEF-1"

    def test_cannot_come_back_before_it_is_paid(self):
        refund = self._refund_later({self.credit: 60})
        with self.assertRaisesRegex(UserError, "its payment is not booked yet"):
            refund.action_return("Account closed")

    def test_undo_before_it_is_paid(self):
        invoice = self._invoice(30)
        before = self._ledger()
        refund = self._refund_later(
            {self.credit: None}, offset_ids=[Command.create({"move_line_id": invoice.id, "amount": 30})]
        )

        self.assertEqual((invoice.amount_residual, self.credit.amount_residual), (0, -70))
        self.assertEqual(refund.line_ids.amount_reserved, 70)

        refund.action_undo("Wrong client")

        self.assertEqual(self._ledger(), before)
        self.assertEqual((refund.state, refund.line_ids.amount_reserved), ("canceled", 0))

    def test_undo_after_it_is_paid(self):
        before = self._ledger()
        refund = self._refund_later({self.credit: 60})
        self._pay(refund)
        refund.action_undo("Wrong client")
        self.assertEqual({item: values for item, values in self._ledger().items() if item in before}, before)

    def test_is_paid_when_its_payment_is(self):
        """Booked on the bank account itself, the payment is paid at once: not before its refund is."""
        self.outbound_payment_method_line.payment_account_id = self.bank.default_account_id
        refund = self._refund_later({self.credit: 60})
        self._pay(refund)
        self.assertEqual((refund.payment_ids.state, refund.state), ("paid", "paid"))
