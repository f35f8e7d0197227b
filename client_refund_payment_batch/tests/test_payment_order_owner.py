from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PaymentOrderCommon


@tagged("post_install", "-at_install")
class TestPaymentOrderOwner(PaymentOrderCommon):
    """A refund in an order has one owner, and its credits are paid by nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit = cls._credit_note(300)
        cls.refund = cls._refund({cls.credit: 250})
        cls.order = cls.refund.sudo().payment_order_ids.with_user(cls.treasurer).sudo(False)
        cls.order_line = cls.order.payment_line_ids
        cls.thief = cls._bank_account("FR931111 9999 8888 5555 9999 333")

    def _steps(self, *names):
        for name in names:
            getattr(self.order, name)()

    def test_line_stays_as_it_is(self):
        for values in (
            {"amount_currency": 299},
            {"partner_bank_id": self.thief.id},
            {"partner_id": self.other_client.id},
            {"currency_id": self.env.ref("base.USD").id},
            {"communication": "Mine"},
            {"communication_type": "structured"},
            {"order_id": False},
            {"move_line_id": False},
            {"client_refund_line_id": False},
            {"payment_ids": [Command.clear()]},
        ):
            with self.subTest(values), self.assertRaises(UserError) as error:
                self._rpc(self.treasurer, self.order_line, "write", values)
            self.assertIn(f"belongs to refund {self.refund.name}", str(error.exception))

    def test_line_stays_when_written_through_its_order(self):
        with self.assertRaisesRegex(UserError, "choose Undo"):
            self.order.write({"payment_line_ids": [Command.update(self.order_line.id, {"amount_currency": 1})]})

    def test_line_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, "Open the refund and choose Undo"):
            self._rpc(self.treasurer, self.order_line, "unlink")

    def test_order_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, f"pays {self.refund.name}"):
            self._rpc(self.treasurer, self.order, "unlink")

    def test_order_stays_where_it_pays_from(self):
        with self.assertRaisesRegex(UserError, "can only be changed by its own buttons"):
            self.order.journal_id = self.cash

    def test_state_is_not_written(self):
        with self.assertRaisesRegex(UserError, "can only be changed by its own buttons"):
            self._rpc(self.treasurer, self.order, "write", {"state": "uploaded"})

    def test_steps_out_of_turn(self):
        for step in ("open2generated", "generated2uploaded", "cancel2draft"):
            with self.subTest(step), self.assertRaises(UserError) as error:
                getattr(self.order, step)()
            self.assertIn("is Draft, but this is possible only when", str(error.exception))
        self.order.draft2open()
        with self.assertRaisesRegex(UserError, "is Confirmed"):
            self.order.draft2open()

    def test_uploaded_twice(self):
        self._steps("draft2open", "open2generated", "generated2uploaded")
        with self.assertRaisesRegex(UserError, "is File Uploaded"):
            self.order.generated2uploaded()

    def test_lines_are_made_by_refunds_alone(self):
        values = {"order_id": self.order.id, "client_refund_line_id": self.refund.line_ids.id}
        values |= {"move_line_id": self.credit.id, "amount_currency": 10}
        with self.assertRaisesRegex(AccessError, "Only a refund itself"):
            self._rpc(self.treasurer, self.order_line.browse(), "create", [values])

    def test_line_of_another_becomes_none_of_a_refund(self):
        line = self.order_line.create(
            {"order_id": self.order.id, "move_line_id": self.credit.id, "amount_currency": 10}
        )
        with self.assertRaisesRegex(AccessError, "Only a refund itself"):
            self._rpc(self.treasurer, line, "write", {"client_refund_line_id": self.refund.line_ids.id})

    def test_hostile_context_is_no_key(self):
        context = {"client_refund_workflow": True, "client_refund_booked": True}
        with self.assertRaisesRegex(UserError, "choose Undo"):
            self._rpc(self.treasurer, self.order_line, "write", {"amount_currency": 1}, context=context)

    def test_payment_stays_in_its_order(self):
        self.order.draft2open()
        for values in ({"payment_order_id": False}, {"payment_reference": "Mine"}, {"partner_bank_id": self.thief.id}):
            with self.subTest(values), self.assertRaises(UserError) as error:
                self._rpc(self.treasurer, self.refund.payment_ids, "write", values)
            self.assertIn(f"belongs to refund {self.refund.name}", str(error.exception))

    def test_payment_is_posted_by_its_order_alone(self):
        self.order.draft2open()
        with self.assertRaisesRegex(UserError, f"belongs to refund {self.refund.name}"):
            self._rpc(self.treasurer, self.refund.payment_ids, "action_post")

    def test_lot_stays_in_its_order(self):
        """Without its lot the payment would be booked, and not in the file; in another order, be in two files."""
        self.order.draft2open()
        lot = self.order.payment_lot_ids
        second = self.order.sudo().create(self.refund._prepare_payment_order_vals()).with_user(self.treasurer)
        with self.assertRaisesRegex(UserError, "which pays refunds, so it can't be changed"):
            lot.unlink()
        with self.assertRaisesRegex(UserError, "which pays refunds, so it can't be changed"):
            lot.order_id = second
        self.assertEqual(lot.order_id, self.order)

    def test_nothing_joins_a_confirmed_order(self):
        """The file pays whatever is in its lots: to any account, and approved by nobody."""
        self.order.draft2open()
        payment = self.refund.payment_ids
        values = {
            **self._prepare_payment_vals(999),
            "payment_type": "outbound",
            "payment_method_line_id": self.method_line.id,
            "payment_order_id": self.order.id,
            "payment_lot_id": self.order.payment_lot_ids.id,
        }
        with (
            self.assertRaisesRegex(UserError, "pays refunds, so its payments can't be changed"),
            self.cr.savepoint(),
        ):
            self._rpc(self.clerk, self.env["account.payment"], "create", [values])
        copy = payment.copy()
        self.assertFalse(copy.payment_order_id or copy.payment_lot_id or copy.payment_line_ids)
        self.assertEqual(self.order.payment_lot_ids.payment_ids, payment)

    def test_lines_by_hand_count_together(self):
        """250 of 300 are held: two lines of 50 are one too many, though each would fit."""
        second = self.order.sudo().create(self.refund._prepare_payment_order_vals()).with_user(self.treasurer)
        self._add_by_hand(second, self.credit, amount_currency=50)
        with self.assertRaisesRegex(UserError, rf"{self.refund.name} reserves 250.00\s€ of it, so 100.00\s€"):
            self._add_by_hand(second, self.credit, amount_currency=50)

    def test_credit_in_a_second_order(self):
        second = self.order.sudo().create(self.refund._prepare_payment_order_vals()).with_user(self.treasurer)
        with self.assertRaisesRegex(UserError, rf"{self.refund.name} reserves 250.00\s€ of it"):
            self._add_by_hand(second, self.credit)

    def test_credit_added_to_orders_from_its_document(self):
        move = self.credit.move_id.with_user(self.treasurer)
        move.preferred_payment_method_line_id = self.method_line
        with self.assertRaisesRegex(UserError, "is already added in the payment"):
            move.create_account_payment_line()

    def test_order_revived_after_its_credit_was_refunded(self):
        """The credit came free when the order was canceled, and somebody refunded it meanwhile."""
        credit = self._credit_note(90)
        second = self.order.sudo().create(self.refund._prepare_payment_order_vals()).with_user(self.treasurer)
        self._add_by_hand(second, credit)
        second.action_cancel()
        self._refund({credit: None})
        second.cancel2draft()
        with self.assertRaisesRegex(UserError, r"reserves 90.00\s€ of it"):
            second.draft2open()

    def test_credit_that_an_order_pays_already(self):
        credit = self._credit_note(90)
        second = self.order.sudo().create(self.refund._prepare_payment_order_vals()).with_user(self.treasurer)
        self._add_by_hand(second, credit)
        with self.assertRaisesRegex(UserError, rf"payment order {second.name} already pays 90.00\s€ of it"):
            self._refund({credit: None})

    def test_credit_is_not_reconciled_meanwhile(self):
        with self.assertRaisesRegex(UserError, rf"{self.refund.name} pays out 250.00\s€"):
            (self.credit | self._invoice(100)).reconcile()

    def test_payee_account_stays_what_it_is(self):
        with self.assertRaisesRegex(UserError, "is on its way to account"):
            self.account.acc_number = "FR001111 9999 8888 5555 9999 000"

    def test_clerk_has_no_right_on_orders(self):
        with self.assertRaises(AccessError):
            self.order.with_user(self.clerk).draft2open()
