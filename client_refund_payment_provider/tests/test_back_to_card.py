from odoo import Command
from odoo.tests import Form, tagged

from .common import BackToCardCommon


@tagged("post_install", "-at_install")
class TestBackToCard(BackToCardCommon):
    """What was paid by card goes back to the card."""

    def test_unallocated_online_payment(self):
        """A client paid 100 by card that nobody was waiting for; 100 goes back to the card."""
        credit = self._card_credit(100)
        source = credit.move_id.origin_payment_id.payment_transaction_id
        refund = self._card_refund({credit: 100})
        payment = refund.payment_ids
        self.assertEqual(
            (payment.journal_id, payment.payment_method_line_id, payment.amount, payment.partner_bank_id),
            (self.online, self.method_line, 100, self.env["res.partner.bank"]),
        )
        self.assertEqual(payment.source_payment_id, source.payment_id)
        self.assertEntry(
            payment.move_id,
            [
                (self.in_transit, self.client, -100, 0, 100),
                (self.receivable, self.client, 100, 100, 0),
            ],
        )
        self.assertPairs(refund, [(credit, 100)])
        self.assertEqual((credit.amount_residual, credit.reconciled), (0, True))
        online = self._online_refund(refund)
        self.assertEqual(
            (online.amount, online.state, online.operation, online.source_transaction_id, online.payment_id),
            (-100, "draft", "refund", source, payment),
        )
        self.assertEqual((refund.state, refund.line_ids.provider_status), ("in_process", "waiting"))

    def test_provider_is_asked_after_posting_only(self):
        credit = self._card_credit(100)
        with self._provider_answers("done") as asked:
            refund = self._card_refund({credit: 100})
            self.assertEqual(asked, [])
            self._work()
            self.assertEqual(asked, [self._online_refund(refund).reference])
            self._work()
            self.assertEqual(len(asked), 1)

    def test_done_by_the_demo_provider_itself(self):
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        self._work()
        online = self._online_refund(refund)
        self.assertEqual((online.state, online.provider_reference), ("done", f"demo-{online.reference}"))
        self.assertEqual(refund.line_ids.provider_status, "done")
        # the refund's own payment is the only one
        self.assertTrue(online.is_post_processed)
        payments = self.env["account.payment"].search([("payment_transaction_id", "=", online.id)])
        self.assertEqual(payments, refund.payment_ids)
        # the provider has paid, the settlement on the bank account is to come
        self.assertEqual((refund.payment_ids.state, refund.state), ("in_process", "in_process"))
        self.assertEqual(refund.payment_ids.source_payment_id.refunds_count, 1)

    def test_paid_when_the_settlement_comes(self):
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        self._work()
        line = self.env["account.bank.statement.line"].create(
            {"payment_ref": "Settlement", "journal_id": self.online.id, "amount": -100, "date": "2024-04-03"}
        )
        suspense = line._seek_for_lines()[1]
        suspense.account_id = self.in_transit
        (suspense | refund.payment_ids._seek_for_lines()[0]).reconcile()
        self.assertEqual((refund.payment_ids.state, refund.state), ("paid", "paid"))

    def test_not_paid_before_the_provider_says_so(self):
        """Booked on the bank account directly, core takes the payment for paid at once."""
        self.method_line.payment_account_id = self.online.default_account_id
        credit = self._card_credit(100)
        refund = self._card_refund({credit: 100})
        self.assertEqual((refund.payment_ids.state, refund.state), ("paid", "in_process"))
        self._work()
        self.assertEqual(refund.state, "paid")

    def test_credit_note_of_an_invoice_paid_online(self):
        """A web shop's invoice over 250 was paid by card; 80 of it is credited and goes back to the card."""
        invoice = self._invoice(250).move_id
        source = self._pay_online(250, invoices=invoice)
        self.assertEqual(invoice.amount_residual, 0)
        credit = self._credit_note(80, reversed_entry_id=invoice.id)
        refund = self._card_refund({credit: 80})
        self.assertEqual(refund.line_ids.source_transaction_id, source)
        self._work()
        self.assertEqual(credit.amount_residual, 0)
        self.assertEqual(credit.move_id.payment_state, self.env["account.move"]._get_invoice_in_payment_state())
        self.assertEqual((refund.payment_ids.amount, source.amount_refund_left), (80, 170))

    def test_split_between_card_and_bank(self):
        """60 goes back to the card, 40 of a credit note to the bank account: one refund, two payments."""
        card, note = self._card_credit(60), self._credit_note(40)
        refund = self._card_refund({card: 60}, by_bank={note: 40}, partner_bank_id=self.payee.id)
        by_card = refund.payment_ids.filtered("payment_transaction_id")
        by_bank = refund.payment_ids - by_card
        self.assertEqual((by_card.amount, by_card.journal_id, by_card.partner_bank_id.ids), (60, self.online, []))
        self.assertEqual((by_bank.amount, by_bank.journal_id, by_bank.partner_bank_id), (40, self.bank, self.payee))
        self.assertEntry(
            by_bank.move_id,
            [(self.outstanding, self.client, -40, 0, 40), (self.receivable, self.client, 40, 40, 0)],
        )
        self.assertPairs(refund, [(card, 60), (note, 40)])
        self.assertEqual((refund.amount, card.amount_residual, note.amount_residual), (100, 0, 0))
        note = refund.message_ids.filtered(lambda message: "Refunded" in (message.body or "")).body
        self.assertRegex(note, r"60\.00.* to online payment SHOP.* from Online")
        self.assertRegex(note, rf"40\.00.* to .*{self.payee.acc_number}.* from Bank")

    def test_two_online_payments(self):
        """Each goes back by itself."""
        first, second = self._card_credit(30), self._card_credit(50)
        refund = self._card_refund({first: 30, second: 50})
        self.assertEqual(sorted(refund.payment_ids.mapped("amount")), [30, 50])
        self._work()
        self.assertEqual(sorted(self._online_refund(refund).mapped("amount")), [-50, -30])
        self.assertEqual(set(refund.line_ids.mapped("provider_status")), {"done"})

    def test_two_credit_notes_of_one_online_payment(self):
        """They go back by one online refund, with a receivable item for each."""
        invoice = self._invoice(250).move_id
        self._pay_online(250, invoices=invoice)
        notes = [self._credit_note(amount, reversed_entry_id=invoice.id) for amount in (80, 20)]
        refund = self._card_refund({notes[0]: 80, notes[1]: 20})
        self.assertEqual((len(refund.payment_ids), self._online_refund(refund).amount), (1, -100))
        self.assertPairs(refund, [(notes[0], 80), (notes[1], 20)])

    def test_what_settles_an_invoice_does_not_go_back(self):
        """Of 100 paid by card 30 settles an open invoice, 70 goes back."""
        credit, invoice = self._card_credit(100), self._invoice(30)
        refund = self._card_refund(
            {credit: 100}, offset_ids=[Command.create({"move_line_id": invoice.id, "amount": 30})]
        )
        self.assertEqual((self._online_refund(refund).amount, refund.amount, invoice.amount_residual), (-70, 70, 0))

    def test_needs_no_payee_account(self):
        """A method that pays to trusted accounts only asks for none where nothing goes by bank."""
        credit = self._card_credit(100)
        untrusted = self._bank_account("FR7630006000011234567890189", trusted=False, acc_holder_name="Mallory Quick")
        codes = self.env.registry["account.payment"]
        method = self.bank.outbound_payment_method_line_ids[:1]
        self.patch(codes, "_get_method_codes_needing_bank_account", lambda self: [method.code])
        by_bank = self._draft({credit: 50}, partner_bank_id=untrusted.id)
        with self._refused("pays to trusted bank accounts only"):
            by_bank.action_post()
        by_bank.action_undo("To the card instead")
        refund = self._card_refund({credit: 100}, partner_bank_id=untrusted.id)
        self.assertEqual(refund.state, "in_process")
        self.assertFalse(refund.risks)

    def test_wizard_offers_it_where_it_can_be(self):
        """The clerk sees the toggle on what was paid online, off at first."""
        card, note = self._card_credit(60), self._credit_note(40)
        form = self._shown(card.with_user(self.clerk).action_refund_client())
        self.assertTrue(form.offers_source)
        by_credit = {}
        for number in range(2):
            with form.line_ids.edit(number) as line:
                by_credit[line.move_line_id] = number
                self.assertEqual(line.can_go_to_source, line.move_line_id == card)
                self.assertFalse(line.to_source)
                if line.move_line_id == card:
                    self.assertEqual(line.amount_source_left, 60)
                    line.to_source = True
                line.selected = True
        self.assertEqual((form.amount, form.amount_to_source), (100, 60))
        refund = self._refund_of(form)
        self.assertEqual(
            {line.move_line_id: (line.to_source, line.amount) for line in refund.line_ids},
            {card: (True, 60), note: (False, 40)},
        )

    def test_wizard_does_not_offer_it_to_others(self):
        credit = self._credit_note(40)
        self.assertFalse(self._shown(credit.with_user(self.clerk).action_refund_client()).offers_source)

    def test_draft_keeps_it_through_the_wizard(self):
        card = self._card_credit(60)
        draft = self._card_draft({card: 25})
        form = self._shown(draft.action_edit())
        with form.line_ids.edit(0) as line:
            self.assertEqual((line.to_source, line.amount, line.amount_source_left), (True, 25, 60))
            line.amount = 30
        refund = self._refund_of(form)
        self.assertEqual(refund, draft)
        self.assertEqual((refund.line_ids.to_source, self._online_refund(refund).amount), (True, -30))

    def test_wizard_warns_of_too_much(self):
        invoice = self._invoice(100).move_id
        self._pay_online(100, invoices=invoice)
        note = self._credit_note(100, reversed_entry_id=invoice.id)
        self._card_refund({self._credit_note(70, reversed_entry_id=invoice.id): 70})
        form = self._shown(note.with_user(self.clerk).action_refund_client())
        with form.line_ids.edit(0) as line:
            line.to_source = True
        self.assertIn("30.00", form.alerts["too_much_to_source"]["message"])
        with form.line_ids.edit(0) as line:
            line.amount = 30
        self.assertNotIn("too_much_to_source", form.alerts or {})

    def _refund_of(self, form):
        return self.refunds.browse(form.save().action_refund()["res_id"])

    def test_asked_by_a_program(self):
        card = self._card_credit(60)
        values = {"partner_id": self.client.id, "lines": [{"move_line_id": card.id, "amount": 20, "to_source": True}]}
        refund = self.refunds.browse(self._rpc(self.clerk, self.refunds, "create_refund", values))
        self.assertEqual(self._online_refund(refund).amount, -20)
        values["lines"][0]["to_source"] = "yes"
        with self._refused("can't use yes as to_source"):
            self._rpc(self.clerk, self.refunds, "create_refund", values)

    def test_approved_by_somebody_else(self):
        self.company.sudo().client_refund_approval_policy = "always"
        draft = self._card_draft({self._card_credit(60): 60})
        draft.action_submit()
        self.assertEqual((draft.state, draft.line_ids.refund_transaction_id.ids), ("to_approve", []))
        draft.with_user(self.approver).action_approve()
        self._work()
        self.assertEqual(draft.line_ids.provider_status, "done")

    def test_runs_pay_by_bank(self):
        """A run is paid from one journal; whoever wants a card in it opens the refund."""
        if "client.refund.run" not in self.env:
            self.skipTest("there are no runs without client_refund_run")
        self.method_line.payment_account_id = self.online.default_account_id
        card = self._card_credit(60)
        run = (
            self.env["client.refund.run"]
            .with_user(self.clerk)
            .create([{"date": "2024-04-01", "journal_id": self.bank.id, "move_line_ids": [Command.set(card.ids)]}])
        )
        run.action_prepare()
        while run.is_working:
            run.sudo()._process_chunk()
        self.assertEqual(run.refund_ids.line_ids.mapped("to_source"), [False])

    def test_run_that_is_undone_after_a_card_was_paid(self):
        """What went by card stays, says so, and is not tried for ever."""
        if "client.refund.run" not in self.env:
            self.skipTest("there are no runs without client_refund_run")
        card, note = self._card_credit(60), self._credit_note(40)
        run = (
            self.env["client.refund.run"]
            .with_user(self.clerk)
            .create(
                [{"date": "2024-04-01", "journal_id": self.bank.id, "move_line_ids": [Command.set((card | note).ids)]}]
            )
        )
        run.action_prepare()
        self._work_off(run)
        refund = run.refund_ids
        refund.line_ids.filtered(lambda line: line.move_line_id == card).to_source = True
        run.action_submit()
        self._work_off(run)
        self.assertEqual(run.state, "done")
        with self._provider_answers("done"):
            self._work()
        run.action_undo("Wrong run")
        self._work_off(run)
        self.assertEqual((run.state, refund.amount), ("errors", 60))
        self.assertIn("could not be undone", refund.run_error)
        self.assertEqual((card.amount_residual, note.amount_residual), (0, -40))

    def _work_off(self, run):
        for _chunk in range(9):
            if run.is_working:
                run.sudo()._process_chunk()
        self.assertFalse(run.is_working)

    def test_method_that_pays_in_a_way_of_its_own(self):
        """As one that fills payment orders: it would take the card's credits to the bank account."""
        draft = self._card_draft({self._card_credit(60): 60})
        self.patch(self.env.registry["client.refund"], "_pay", lambda refunds: None)
        with self._refused("pays all credits of a refund itself"):
            draft.action_post()

    def test_method_of_payment_orders_is_refused_before_anybody_approves(self):
        self.company.client_refund_approval_policy = "always"
        draft = self._card_draft({self._card_credit(60): 60}, by_bank={self._credit_note(40): 40})
        self.patch(self.env.registry["client.refund.mixin"], "_is_paid_by_order", lambda refund: True)
        with self._refused("pays all credits of a refund itself"):
            draft.action_submit()
        self.assertEqual(draft.state, "draft")

    def test_refund_by_bank_asks_no_provider(self):
        triggers = self.env["ir.cron.trigger"].sudo()
        before = triggers.search_count([])
        self._refund({self._credit_note(40): 40})
        self.assertEqual(triggers.search_count([]), before)

    def test_form_of_the_refund(self):
        refund = self._card_refund({self._card_credit(60): 60})
        with Form(refund) as form:
            self.assertTrue(form.goes_to_source)
