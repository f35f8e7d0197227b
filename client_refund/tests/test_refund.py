from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestRefund(ClientRefundCommon):
    """One refund, whole entries: this client, these documents, this act, these journal items."""

    def test_credit_note_and_payment(self):
        credit_note = self._credit_note(300)
        payment = self._payment(200)

        refund = self._refund({credit_note: None, payment: None})

        self.assertRecordValues(
            refund,
            [
                {
                    "partner_id": self.client.id,
                    "currency_id": self.currency.id,
                    "amount_credit": 500.0,
                    "amount": 500.0,
                    "amount_company_currency": 500.0,
                    "user_id": self.clerk.id,
                }
            ],
        )
        self.assertRegex(refund.name, r"^CR/2024/\d{5}$")
        self.assertRecordValues(
            refund.payment_ids,
            [
                {
                    "payment_type": "outbound",
                    "partner_type": "customer",
                    "partner_id": self.client.id,
                    "amount": 500.0,
                    "currency_id": self.currency.id,
                    "journal_id": self.bank.id,
                    "destination_account_id": self.receivable.id,
                    "date": refund.date,
                    "memo": refund.name,
                }
            ],
        )
        self.assertEntry(
            refund.payment_ids.move_id,
            [
                (self.outstanding, self.client, -500, 0, 500),
                (self.receivable, self.client, 300, 300, 0),
                (self.receivable, self.client, 200, 200, 0),
            ],
        )
        self.assertEqual(refund.payment_ids.move_id.state, "posted")
        self.assertPairs(refund, [(credit_note, 300), (payment, 200)])
        self.assertRecordValues(
            credit_note | payment | refund.line_ids.payment_line_id,
            [{"amount_residual": 0, "amount_residual_currency": 0, "reconciled": True}] * 4,
        )
        self.assertEqual(credit_note.move_id.payment_state, "paid")
        self.assertTrue(payment.move_id.origin_payment_id.is_reconciled)

    def test_partial_amounts_leave_exactly_the_rest(self):
        credit_note = self._credit_note(300)
        payment = self._payment(200)
        untouched = self._payment(70)

        refund = self._refund({credit_note: 120.55, payment: 0.01})

        self.assertEntry(
            refund.payment_ids.move_id,
            [
                (self.outstanding, self.client, -120.56, 0, 120.56),
                (self.receivable, self.client, 120.55, 120.55, 0),
                (self.receivable, self.client, 0.01, 0.01, 0),
            ],
        )
        self.assertPairs(refund, [(credit_note, 120.55), (payment, 0.01)])
        self.assertRecordValues(
            credit_note | payment | untouched,
            [
                {"amount_residual": -179.45, "reconciled": False},
                {"amount_residual": -199.99, "reconciled": False},
                {"amount_residual": -70.0, "reconciled": False},
            ],
        )
        self.assertFalse(untouched.matched_debit_ids)
        self.assertEqual(credit_note.move_id.payment_state, "partial")

    def test_the_typed_amounts_win_over_core_order(self):
        """Core would settle the oldest credit first; the clerk ticked the newest."""
        old = self._credit_note(100, date="2024-01-01")
        new = self._credit_note(100, date="2024-02-01")

        self._refund({old: 10, new: 90})

        self.assertEqual((old.amount_residual, new.amount_residual), (-90, -10))

    def test_every_source_type(self):
        credits = {
            "credit_note": self._credit_note(10),
            "payment": self._payment(20),
            "bank": self._bank_receipt(30),
            "entry": self._entry(40),
        }

        refund = self._refund(dict.fromkeys(credits.values()))

        self.assertEqual(refund.line_ids.mapped("source_type"), list(credits))
        self.assertEqual(refund.payment_ids.amount, 100)
        self.assertPairs(refund, list(zip(credits.values(), (10, 20, 30, 40), strict=True)))

    def test_several_receivable_accounts(self):
        """One payment per receivable account: core can't reconcile across accounts."""
        second_account = self.receivable.copy({"code": "121999"})
        first = self._entry(100)
        second = self._entry(60, account=second_account)
        third = self._entry(5, account=second_account)

        refund = self._refund({first: None, second: 50, third: None})

        self.assertEqual(len(refund.payment_ids), 2)
        first_payment, second_payment = refund.payment_ids.sorted("amount", reverse=True)
        self.assertEntry(
            first_payment.move_id,
            [
                (self.outstanding, self.client, -100, 0, 100),
                (self.receivable, self.client, 100, 100, 0),
            ],
        )
        self.assertEntry(
            second_payment.move_id,
            [
                (self.outstanding, self.client, -55, 0, 55),
                (second_account, self.client, 50, 50, 0),
                (second_account, self.client, 5, 5, 0),
            ],
        )
        self.assertPairs(refund, [(first, 100), (second, 50), (third, 5)])
        self.assertEqual((first | second | third).mapped("amount_residual"), [0, -10, 0])

    def test_credits_of_contacts(self):
        """A credit on a contact is the client's; its counterpart stays on the contact, so that its ledger is zero."""
        contact = self.env["res.partner"].create({"name": "Ada Alder", "parent_id": self.client.id})
        credit_note = self._credit_note(100)
        payment = self._payment(50, partner=contact)
        self.assertEqual(payment.partner_id, contact)

        refund = self._refund({credit_note: None, payment: None}, partner_id=contact.id)

        self.assertEqual(refund.partner_id, self.client)
        self.assertEntry(
            refund.payment_ids.move_id,
            [
                (self.outstanding, self.client, -150, 0, 150),
                (self.receivable, self.client, 100, 100, 0),
                (self.receivable, contact, 50, 50, 0),
            ],
        )
        self.assertPairs(refund, [(credit_note, 100), (payment, 50)])

    def test_instalments_of_a_credit_note(self):
        instalments = self._credit_note(1000, invoice_payment_term_id=self.pay_terms_b)
        self.assertEqual(instalments.mapped("amount_residual"), [-300, -700])

        refund = self._refund({instalments[1]: 200})

        self.assertEqual(instalments.mapped("amount_residual"), [-300, -500])
        self.assertPairs(refund, [(instalments[1], 200)])

    def test_two_refunds_of_one_credit_in_one_batch(self):
        credit_note = self._credit_note(100)
        refunds = self.refunds.create([self._refund_values({credit_note: 30}), self._refund_values({credit_note: 70})])

        refunds.action_post()

        self.assertEqual(credit_note.amount_residual, 0)
        self.assertEqual(refunds.payment_ids.mapped("amount"), [30, 70])
        self.assertPairs(refunds[0], [(credit_note, 30)])
        self.assertPairs(refunds[1], [(credit_note, 70)])

    def test_the_same_refund_twice_in_one_call(self):
        """An id that stands twice in a program's list pays once."""
        credit = self._entry(100)
        draft = self._draft({credit: None})

        self.refunds.browse([draft.id, draft.id, draft.id]).action_post()

        self.assertEqual(draft.payment_ids.mapped("amount"), [100])
        self.assertPairs(draft, [(credit, 100)])
        self.refunds.browse([draft.id, draft.id]).action_undo("Twice as well")
        self.assertEqual(credit.amount_residual, -100)

    def test_archived_client(self):
        """A closed file is when money goes back."""
        credit_note = self._credit_note(100)
        self.client.active = False

        refund = self._refund({credit_note: None})

        self.assertEqual(credit_note.amount_residual, 0)
        self.assertEqual(refund.payment_ids.amount, 100)

    def test_state_follows_the_payment(self):
        """Paid when the bank has taken the money, and in process again when that match is undone."""
        credit = self._entry(100)
        refund = self._refund({credit: None})
        self.assertEqual(refund.state, "in_process")

        withdrawal = self._bank_receipt(-100)
        withdrawal.account_id = self.outstanding
        (withdrawal | refund.payment_ids._seek_for_lines()[0]).reconcile()
        self.assertEqual(refund.state, "paid")

        withdrawal.remove_move_reconcile()
        self.assertEqual(refund.state, "in_process")

    def test_chatter_tells_what_was_paid(self):
        refund = self._refund({self._credit_note(100): None})

        note = refund.message_ids[0]
        self.assertIn("100.00", note.body)
        self.assertIn(refund.payment_ids.name, note.body)
        self.assertEqual(note.author_id, self.clerk.partner_id)

    def test_memo_of_the_reason(self):
        reason = self.env["client.refund.reason"].create({"name": "Goodwill", "memo": "With our apologies"})

        refund = self._refund({self._credit_note(100): None}, reason_id=reason.id)

        self.assertEqual(refund.memo, "With our apologies")
        self.assertEqual(refund.payment_ids.memo, f"{refund.name} With our apologies")
