from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PaymentOrderCommon


@tagged("post_install", "-at_install")
class TestPaymentOrder(PaymentOrderCommon):
    """The clerk refunds, the treasurer pays: from the issued refund to the booked payment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit_note = cls._credit_note(300)
        cls.overpayment = cls._payment(200)

    def test_the_wizard_offers_the_method(self):
        wizard = self._shown(self.client.with_user(self.clerk).action_refund_client())
        self.assertIn(self.method_line, wizard.available_payment_method_line_ids)

    def test_waits_in_a_draft_order(self):
        refund = self._refund({self.credit_note: 250, self.overpayment: 200}, memo="Moved out")

        order = self._order(refund)
        self.assertEqual((refund.state, refund.payment_count, refund.payment_order_count), ("in_process", 0, 1))
        self.assertRecordValues(
            order,
            [
                {
                    "state": "draft",
                    "journal_id": self.bank.id,
                    "payment_method_line_id": self.method_line.id,
                    "payment_type": "outbound",
                    "total_company_currency": 450,
                }
            ],
        )
        text = f"{refund.name} Moved out"
        self.assertEqual(
            self._order_line_values(order),
            [(self.credit_note, 250, self.account, text), (self.overpayment, 200, self.account, text)],
        )
        self.assertEqual((self.credit_note.amount_residual, self.credit_note.amount_refundable), (-300, 50))
        self.assertIn(order.name, refund.message_ids[0].body)

    def test_client_is_told_when_the_bank_has_the_file(self):
        refund = self._refund({self.credit_note: 250}, send_notice=True)
        self.assertIn("Nothing is paid yet", refund._get_notice_message())
        self.assertEqual(refund._get_masked_payee_account(), "•••• 9111")
        self.assertFalse(refund.notice_state)
        order = self._order(refund)
        order.write({"date_prefered": "fixed", "date_scheduled": "2099-04-09"})

        self._upload(order)

        self.assertEqual((refund.notice_state, refund.line_ids.amount_left), ("to_send", 50))
        self.assertEqual(refund._get_notice_date(), refund.payment_ids.date)
        self.assertNotEqual(refund._get_notice_date(), refund.date)
        self.assertFalse(refund._get_notice_message())

    def test_client_is_not_told_of_what_left_the_order(self):
        refund = self._refund({self.credit_note: 250}, send_notice=True)
        refund.action_undo("Wrong client")
        self.assertFalse(refund.notice_state)

    def test_is_booked_when_the_bank_has_the_file(self):
        refund = self._refund({self.credit_note: 250, self.overpayment: 200})
        order = self._order(refund)

        order.draft2open()
        self.assertEqual((refund.state, refund.payment_ids.state), ("in_process", "draft"))
        order.open2generated()
        self.assertEqual(self.credit_note.amount_refundable, 50)
        order.generated2uploaded()

        self.assertEqual((order.state, refund.state), ("uploaded", "in_process"))
        self.assertRecordValues(
            refund.payment_ids,
            [
                {
                    "state": "in_process",
                    "amount": 450,
                    "partner_type": "customer",
                    "partner_bank_id": self.account.id,
                    "payment_order_id": order.id,
                    "payment_reference": refund.name,
                }
            ],
        )
        self.assertEntry(
            refund.payment_ids.move_id,
            [
                (self.outstanding, self.client, -450, 0, 450),
                (self.receivable, self.client, 250, 250, 0),
                (self.receivable, self.client, 200, 200, 0),
            ],
        )
        self.assertPairs(refund, [(self.credit_note, 250), (self.overpayment, 200)])
        self.assertEqual((self.credit_note.amount_residual, self.overpayment.amount_residual), (-50, 0))
        self.assertEqual(self.credit_note.amount_refundable, 50)
        self.assertEqual(set(refund.line_ids.mapped("amount_reserved")), {0})

    def test_is_paid_when_its_payment_is(self):
        self.method_line.payment_account_id = self.bank.default_account_id
        refund = self._refund({self.credit_note: None})
        self._upload(self._order(refund))
        self.assertEqual((refund.payment_ids.state, refund.state), ("paid", "paid"))

    def test_refunds_share_an_order_and_no_payment(self):
        """Two refunds of one client, to one account, with two credits each: two payments of one order."""
        more = self._credit_note(40), self._payment(10)
        first = self._refund({self.credit_note: None, self.overpayment: None})
        second = self._refund(dict.fromkeys(more))
        order = self._order(first)
        self.assertEqual(self._order(second), order)

        self._upload(order)

        self.assertEqual(first.payment_ids.mapped("amount"), [500])
        self.assertEqual(second.payment_ids.mapped("amount"), [50])
        self.assertEqual(order.payment_ids, first.payment_ids | second.payment_ids)
        self.assertPairs(first, [(self.credit_note, 300), (self.overpayment, 200)])
        self.assertPairs(second, [(more[0], 40), (more[1], 10)])

    def test_pays_what_invoices_leave(self):
        invoice = self._invoice(60)
        refund = self._refund(
            {self.credit_note: None}, offset_ids=[Command.create({"move_line_id": invoice.id, "amount": 60})]
        )
        order = self._order(refund)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(order.payment_line_ids.amount_currency, 240)
        self._upload(order)
        self.assertEqual((refund.payment_ids.amount, self.credit_note.amount_residual), (240, 0))

    def test_only_settles_invoices(self):
        """Nothing is paid, so no order is made."""
        invoice = self._invoice(300)
        refund = self._refund(
            {self.credit_note: None}, offset_ids=[Command.create({"move_line_id": invoice.id, "amount": 300})]
        )
        self.assertEqual((refund.state, refund.payment_order_count), ("paid", 0))

    def test_bill_in_the_same_order(self):
        """What others have in the order is paid as ever."""
        bill = self.init_invoice("in_invoice", self.other_client, amounts=[70], post=True)
        payable = bill.line_ids.filtered(lambda item: item.account_type == "liability_payable")
        refund = self._refund({self.credit_note: None})
        order = self._order(refund)
        order.write(
            {
                "payment_line_ids": [
                    Command.create(
                        {
                            "move_line_id": payable.id,
                            "partner_bank_id": self.other_account.id,
                            "communication": "Bill",
                        }
                    )
                ]
            }
        )
        amount = payable.amount_currency
        self._upload(order)
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), sorted([-amount, 300]))
        self.assertTrue(payable.reconciled)
        self.assertPairs(refund, [(self.credit_note, 300)])

    def test_due_date_of_the_credits_does_not_split_it(self):
        """A credit note of which a part is due next year is refunded with the rest."""
        self.credit_note.date_maturity = "2099-01-01"
        refund = self._refund({self.credit_note: None, self.overpayment: None})
        self._upload(self._order(refund))
        self.assertEqual(refund.payment_ids.mapped("amount"), [500])

    def test_currencies_have_orders_of_their_own(self):
        """One refund in dollar would make the whole order one that is not SEPA."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        credit = self._credit_note(80, currency=dollar)
        euro_refund, dollar_refund = self._refund({self.credit_note: None}), self._refund({credit: None})
        self.assertNotEqual(self._order(euro_refund), self._order(dollar_refund))
        self.assertEqual(self._order(dollar_refund).payment_line_ids.currency_id, dollar)
        self._upload(self._order(dollar_refund))
        self.assertEqual(credit.amount_residual_currency, 0)

    def test_methods_that_pay_line_by_line_are_refused(self):
        self.method_line.group_lines = False
        with self.assertRaisesRegex(UserError, "Activate Group Transactions"):
            self._refund({self.credit_note: None, self.overpayment: None})

    def test_grouping_switched_off_meanwhile(self):
        order = self._order(self._refund({self.credit_note: None, self.overpayment: None}))
        self.method_line.group_lines = False
        with self.assertRaisesRegex(UserError, "does not pay exactly its credits"):
            order.draft2open()

    def test_methods_that_orders_do_not_take_are_refused(self):
        self.method_line.write({"selectable": False, "payment_order_ok": False})
        with self.assertRaisesRegex(UserError, "is not selectable on them"):
            self._refund({self.credit_note: None})

    def test_untrusted_account_is_refused(self):
        account = self._bank_account("UNTRUSTED-1", trusted=False)
        with self.assertRaisesRegex(UserError, "pays to trusted bank accounts only"):
            self._refund({self.credit_note: None}, partner_bank_id=account.id)

    def test_account_not_trusted_any_more(self):
        order = self._order(self._refund({self.credit_note: None}))
        self.account.allow_out_payment = False
        with self.assertRaisesRegex(UserError, "pays to trusted bank accounts only"):
            order.draft2open()

    def test_client_blocked_meanwhile(self):
        order = self._order(self._refund({self.credit_note: None}))
        order.draft2open()
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        with self.assertRaisesRegex(UserError, "blocked"):
            order.open2generated()

    def test_receipt_rejected_meanwhile(self):
        order = self._order(self._refund({self.overpayment: None}))
        self.overpayment.move_id.origin_payment_id.action_reject()
        with self.assertRaisesRegex(UserError, "its money never arrived"):
            order.draft2open()

    def test_account_of_a_contact(self):
        contact = self.env["res.partner"].create({"name": "Accounts", "parent_id": self.client.id})
        account = self._bank_account("FR931111 9999 8888 5555 9999 333", contact)
        refund = self._refund({self.credit_note: None}, partner_bank_id=account.id)
        self._upload(self._order(refund))
        self.assertEqual((refund.payment_ids.partner_id, refund.payment_ids.partner_bank_id), (self.client, account))
