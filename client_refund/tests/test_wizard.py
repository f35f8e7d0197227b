from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestWizard(ClientRefundCommon):
    """The refund desk: open, look, confirm."""

    def _form(self, client=None):
        form = Form(self.wizards)
        form.partner_id = client or self.client
        return form

    def _lines(self, wizard):
        return [(line.move_line_id, line.selected, line.amount) for line in wizard.line_ids]

    def test_everything_is_listed_and_ticked(self):
        credit_note = self._credit_note(300)
        payment = self._payment(200)
        bank = self._bank_receipt(30)
        entry = self._entry(40)
        self._invoice(100)

        form = self._form()
        wizard = form.save()

        self.assertEqual(
            self._lines(wizard),
            [(entry, True, 40), (credit_note, True, 300), (payment, True, 200), (bank, True, 30)],
        )
        self.assertRecordValues(
            wizard, [{"amount": 570, "balance_before": -470, "balance_after": 100, "journal_id": self.bank.id}]
        )
        self.assertIn("also owes", wizard.alerts["also_owes"]["message"])
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertPairs(refund, [(entry, 40), (credit_note, 300), (payment, 200), (bank, 30)])

    def test_details_of_a_line(self):
        credit_note = self._credit_note(300)
        (self._invoice(100) | credit_note).reconcile()
        draft = self._draft({credit_note: 50})

        form = self._form()
        form.date = "2024-03-11"
        line = form.save().line_ids

        self.assertRecordValues(
            line,
            [
                {
                    "document": credit_note.move_id.name,
                    "source_type": "credit_note",
                    "age": 10,
                    "amount_original": 300,
                    "amount_open": 200,
                    "amount_reserved": 50,
                    "reserved_by": draft.name,
                    "amount": 150,
                    "selected": True,
                }
            ],
        )
        self.assertEqual(line.document_url, f"/odoo/account.move/{credit_note.move_id.id}")

    def test_fully_reserved_credit_is_shown_unticked(self):
        credit_note = self._credit_note(300)
        draft = self._draft({credit_note: None})

        wizard = self._form().save()

        self.assertEqual(self._lines(wizard), [(credit_note, False, 0)])
        self.assertEqual(wizard.line_ids.reserved_by, draft.name)
        self.assertIn(draft.name, wizard.alerts["reserved"]["message"])

    def test_edit_amounts_and_untick(self):
        credit_note, payment = self._credit_note(300), self._payment(200)
        form = self._form()
        with form.line_ids.edit(0) as line:
            line.amount = 120
        with form.line_ids.edit(1) as line:
            line.selected = False
        self.assertEqual(form.amount, 120)
        self.assertEqual(form.balance_after, -380)

        refund = self.refunds.browse(form.save().action_refund()["res_id"])

        self.assertPairs(refund, [(credit_note, 120)])
        self.assertEqual(payment.amount_residual, -200)

    def test_tick_all(self):
        self._credit_note(300)
        self._payment(200)
        form = self._form()
        form.select_all = False
        self.assertEqual(form.amount, 0)
        form.select_all = True
        self.assertEqual(form.amount, 500)

    def test_nothing_ticked(self):
        self._credit_note(300)
        form = self._form()
        form.select_all = False
        with self.assertRaisesRegex(UserError, "Alder & Finch LLP: no credit is chosen"):
            form.save().action_refund()

    def test_another_client_lists_its_credits(self):
        self._credit_note(300)
        other = self._credit_note(50, partner=self.other_client)
        form = self._form()
        form.partner_id = self.other_client
        self.assertEqual(self._lines(form.save()), [(other, True, 50)])

    def test_client_without_credits(self):
        wizard = self._form().save()
        self.assertFalse(wizard.line_ids)
        self.assertIn("no open credit", wizard.alerts["no_credit"]["message"])

    def test_currency_with_the_largest_credit(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        domestic = self._credit_note(100)
        in_foreign = self._credit_note(300, currency=foreign)

        wizard = self._form().save()

        self.assertEqual(wizard.currency_id, foreign)
        self.assertEqual(self._lines(wizard), [(in_foreign, True, 300)])
        alert = wizard.alerts[f"other_currency_{self.currency.name}"]
        self.assertEqual(alert["action_text"], f"Switch to {self.currency.name}")
        self.assertEqual(alert["changes"]["currency_id"]["id"], self.currency.id)
        wizard.currency_id = self.currency
        self.assertEqual(self._lines(wizard), [(domestic, True, 100)])

    def test_routes(self):
        """From client and contact everything is ticked; from documents exactly those."""
        contact = self.env["res.partner"].create({"name": "Ada Alder", "parent_id": self.client.id})
        credit_note, payment, third = self._credit_note(300), self._payment(200), self._entry(7)
        for partner in (self.client, contact):
            wizard = self._opened(partner.with_user(self.clerk).action_refund_client())
            self.assertEqual(wizard.partner_id, self.client)
            self.assertEqual(wizard._get_selected_lines().move_line_id, credit_note | payment | third)
        for records, chosen in (
            (credit_note.move_id, credit_note),
            (payment.move_id.origin_payment_id, payment),
            (payment | third, payment | third),
        ):
            wizard = self._opened(records.with_user(self.clerk).action_refund_client())
            self.assertEqual(len(wizard.line_ids), 3)
            self.assertEqual(wizard._get_selected_lines().move_line_id, chosen)

    def test_routes_refuse_what_does_not_belong_together(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        credit = self._credit_note(300)
        for other, message in (
            (
                self._credit_note(50, partner=self.other_client),
                "one client at a time.*Alder & Finch LLP, Birch Holdings",
            ),
            (self._credit_note(50, currency=foreign), "one currency at a time.*EUR"),
        ):
            with self.assertRaisesRegex(UserError, message):
                (credit | other).with_user(self.clerk).action_refund_client()

    def test_routes_of_what_has_nothing_open(self):
        invoice = self._invoice(50)
        with self.assertRaisesRegex(UserError, rf"{invoice.move_id.name}.*nothing is open to refund"):
            invoice.move_id.with_user(self.clerk).action_refund_client()

    def test_save_draft_and_change_it(self):
        credit_note, payment = self._credit_note(300), self._payment(200)
        form = self._form()
        form.memo = "First thought"
        with form.line_ids.edit(0) as line:
            line.amount = 120
        refund = self.refunds.browse(form.save().action_save_draft()["res_id"])
        self.assertRecordValues(refund, [{"state": "draft", "amount": 320, "memo": "First thought"}])

        wizard = self._opened(refund.action_edit())
        self.assertEqual(self._lines(wizard), [(credit_note, True, 120), (payment, True, 200)])
        self.assertEqual(wizard.line_ids.mapped("amount_reserved"), [0, 0])
        wizard.write(
            {"memo": "Second thought", "line_ids": [Command.update(wizard.line_ids[1].id, {"selected": False})]}
        )
        wizard.line_ids[0].amount = 300
        changed = wizard.action_save_draft()

        self.assertEqual(changed["res_id"], refund.id)
        self.assertRecordValues(refund, [{"state": "draft", "amount": 300, "memo": "Second thought"}])
        self.assertEqual((credit_note.amount_refundable, payment.amount_refundable), (0, 200))

    def test_unticked_credits_of_a_draft_stay_unticked(self):
        credit_note, payment = self._credit_note(300), self._payment(200)
        wizard = self._opened(self._draft({credit_note: 120}).action_edit())
        self.assertEqual(self._lines(wizard), [(credit_note, True, 120), (payment, False, 200)])

    def test_confirmed_twice(self):
        """A retry, a second tab, the Back button: the wizard refunds once."""
        credit = self._entry(100)
        form = self._form()
        with form.line_ids.edit(0) as line:
            line.amount = 40
        wizard = form.save()
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        with self.assertRaisesRegex(UserError, f"{refund.name}.*can't be changed any more"):
            wizard.action_refund()
        self.assertEqual(credit.amount_residual, -60)

    def test_saved_twice(self):
        self._entry(100)
        wizard = self._form().save()
        draft = wizard.action_save_draft()
        self.assertEqual(wizard.action_save_draft()["res_id"], draft["res_id"])

    def test_payee_account(self):
        """The account that the money came from, else a trusted one; never an untrusted or foreign one by default."""
        self._bank_account("BE000", trusted=False)
        self._bank_account("BE001", partner=self.other_client)
        self._credit_note(300)
        self.assertFalse(self._form().save().partner_bank_id)
        trusted = self._bank_account("BE111")
        self.assertEqual(self._form().save().partner_bank_id, trusted)
        origin = self._bank_account("BE222", trusted=False)
        self._bank_receipt(30, account_number="BE 222")
        self.assertEqual(self._form().save().partner_bank_id, origin)

    def test_payee_account_of_several_origins(self):
        """Money from two accounts: none is taken for granted."""
        first, second = self._bank_account("BE111"), self._bank_account("BE222")
        credits = self._bank_receipt(10, account_number="BE111") | self._bank_receipt(500, account_number="BE222")
        wizard = self._form().save()
        self.assertFalse(wizard.partner_bank_id)
        self.assertIn("BE111, BE222", wizard.alerts["several_origins"]["message"])
        self.assertEqual(self._opened(credits[1].with_user(self.clerk).action_refund_client()).partner_bank_id, second)
        self.assertEqual(self._opened(credits[0].with_user(self.clerk).action_refund_client()).partner_bank_id, first)

    def test_payee_account_in_the_currency_of_the_refund(self):
        """In its currency, else without one, else the first, of the trusted; the origin before all."""
        euro, dollar = self.env.ref("base.EUR"), self.env.ref("base.USD")
        pound = self.env.ref("base.GBP")
        (euro | dollar | pound).active = True
        in_dollar = self._bank_account("BE111", currency_id=dollar.id)
        without = self._bank_account("BE222", sequence=11)
        in_euro = self._bank_account("BE333", currency_id=euro.id, sequence=12)
        self._bank_account("BE444", currency_id=euro.id, trusted=False, sequence=1)
        credits = {currency: self._credit_note(10, currency=currency) for currency in (euro, dollar, pound)}
        for currency, account in ((euro, in_euro), (dollar, in_dollar), (pound, without)):
            with self.subTest(currency=currency.name):
                wizard = self._opened(credits[currency].with_user(self.clerk).action_refund_client())
                self.assertEqual(wizard.partner_bank_id, account)
                self.assertNotIn("other_account_currency", wizard.alerts or {})
                self.assertEqual(self._draft({credits[currency]: 1}).partner_bank_id, account)
        form = self._form()
        form.currency_id = euro
        self.assertEqual(form.partner_bank_id, in_euro)
        form.currency_id = dollar
        self.assertEqual(form.partner_bank_id, in_dollar)
        without.allow_out_payment = False
        wizard = self._opened(credits[pound].with_user(self.clerk).action_refund_client())
        self.assertEqual(wizard.partner_bank_id, in_dollar)
        self.assertIn("BE111 is in USD, the refund in GBP", wizard.alerts["other_account_currency"]["message"])
        origin = self._bank_receipt(30, account_number="BE444")
        self.assertEqual(self._draft({origin: None}).partner_bank_id.acc_number, "BE444")

    def test_a_draft_keeps_its_account_when_its_credits_change(self):
        first, second = self._credit_note(300), self._credit_note(50)
        chosen = self._bank_account("BE000", trusted=False)
        self._bank_account("BE111")
        draft = self._draft({first: None}, partner_bank_id=chosen.id)
        draft.line_ids = [Command.create({"move_line_id": second.id})]
        draft.line_ids[0].amount = 20
        self.env.flush_all()
        self.assertEqual(draft.partner_bank_id, chosen)

    def test_no_payee_account_is_told(self):
        self._credit_note(300)
        # a firm that keeps no accounts of its clients is not told so each time, but in the empty field
        self.assertFalse(self._form().save().alerts)
        account = self._bank_account("BE111", trusted=False)
        form = self._form()
        form.journal_id = self.cash
        self.assertNotIn("no_payee_account", form.save().alerts or {})
        self.assertIn("as trusted", self._form().save().alerts["no_payee_account"]["message"])
        account.active = False
        self.assertIn("they are archived", self._form().save().alerts["no_payee_account"]["message"])
        self._bank_account("BE777", partner=self.company.partner_id)
        self._bank_account("BE 777")
        self.assertIn("of a company in this database", self._form().save().alerts["no_payee_account"]["message"])
        self._bank_account("BE222")
        self.assertNotIn("no_payee_account", self._form().save().alerts or {})

    def test_cleared_payee_account_stays_cleared(self):
        self._bank_account("BE111")
        self._credit_note(300)
        self._payment(200)
        form = self._form()
        form.partner_bank_id = self.env["res.partner.bank"]
        with form.line_ids.edit(0) as line:
            line.selected = False
        refund = self.refunds.browse(form.save().action_refund()["res_id"])
        self.assertFalse(refund.partner_bank_id)
        self.assertFalse(refund.payment_ids.partner_bank_id)

    def test_a_dashboard_leaves_no_defaults(self):
        """Core's dashboards put the journal that one came from into the context."""
        credit_note = self._credit_note(300)
        move = credit_note.move_id.with_user(self.clerk).with_context(
            default_journal_id=self.company_data["default_journal_sale"].id, default_date="2020-01-01"
        )
        self.assertEqual(self._opened(move.action_refund_client()).journal_id, self.bank)

    def test_contact_gives_its_client(self):
        contact = self.env["res.partner"].create({"name": "Ada Alder", "parent_id": self.client.id})
        self._credit_note(300)
        form = self._form(contact)
        self.assertEqual(form.partner_id, self.client)
        self.assertEqual(form.amount, 300)

    def test_refund_of_several_clients_at_once(self):
        with self.assertRaisesRegex(UserError, "one client at a time. Choose one of .*Birch Holdings"):
            (self.client | self.other_client).with_user(self.clerk).action_refund_client()

    def test_credit_of_a_draft_that_is_gone_stays_in_sight(self):
        """Nothing is silently left out: it is listed as it was, and refused by name."""
        gone, other = self._credit_note(300), self._payment(200)
        draft = self._draft({gone: 120})
        (self._invoice(300) | gone).reconcile()
        wizard = self._opened(draft.action_edit())
        self.assertEqual(self._lines(wizard), [(gone, True, 120), (other, False, 200)])
        self.assertEqual(wizard.line_ids[0].amount_available, 0)
        with self.assertRaisesRegex(UserError, rf"{gone.move_id.name}.*nothing is open any more"):
            wizard.action_refund()

    def test_untrusted_account_is_announced(self):
        self._credit_note(300)
        self.patch(
            self.registry["account.payment"], "_get_method_codes_needing_bank_account", lambda payment: ["manual"]
        )
        wizard = self._form().save()
        self.assertEqual(wizard.alerts["trusted_account_missing"]["level"], "danger")
        self.assertEqual(
            wizard.alerts["trusted_account_missing"]["action"]["url"], f"/odoo/res.partner/{self.client.id}"
        )

    def test_client_wishes(self):
        """The journal and method that the client is paid by."""
        self._credit_note(300)
        self.client.property_outbound_payment_method_line_id = self.cash.outbound_payment_method_line_ids
        wizard = self._form().save()
        self.assertEqual(wizard.journal_id, self.cash)
        self.assertEqual(wizard.payment_method_line_id, self.cash.outbound_payment_method_line_ids)

    def test_smart_buttons(self):
        credit_note, payment = self._credit_note(300), self._payment(200)
        refund = self._refund({credit_note: None, payment: None})
        for records, count in (
            (credit_note.move_id, credit_note.move_id.client_refund_count),
            (payment.move_id.origin_payment_id, payment.move_id.origin_payment_id.client_refund_count),
            (self.client, self.client.client_refund_count),
        ):
            self.assertEqual(count, 1)
            self.assertEqual(records.action_open_client_refunds()["res_id"], refund.id)
        self.assertEqual(refund.payment_ids.action_open_client_refund()["res_id"], refund.id)
        self.assertEqual(refund.action_open_payments()["res_id"], refund.payment_ids.id)
        self.assertEqual(set(refund.action_open_documents()["domain"][0][2]), set((credit_note | payment).move_id.ids))
        self.assertFalse(credit_note.move_id.has_refundable_credit)
