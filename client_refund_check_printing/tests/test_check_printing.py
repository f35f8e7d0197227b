from lxml import etree

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.misc import formatLang
from odoo.tools.safe_eval import safe_eval

from odoo.addons.client_refund.tests.common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestCheckPrinting(ClientRefundCommon):
    """A client without a bank account is refunded by check."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.check = cls.bank.outbound_payment_method_line_ids.filtered(lambda line: line.code == "check_printing")
        cls.check.payment_account_id = cls.outstanding
        cls.client.write(
            {"street": "12 Mill Road", "city": "Springfield", "zip": "62701", "country_id": cls.env.ref("base.us").id}
        )
        cls.layout = cls._create_layout()
        cls.company.account_check_printing_layout = cls.layout

        cls.accountant = cls._create_user("refund_accountant", "Adam Accountant", "account.group_account_user")

    @classmethod
    def _create_layout(cls):
        """A layout as country modules bring them: Community has none of its own."""
        cls.env["ir.ui.view"].create(
            {
                "name": "Test check",
                "key": "client_refund_check_printing.test_check",
                "type": "qweb",
                "arch": """
                    <t t-name="client_refund_check_printing.test_check">
                        <t t-foreach="docs" t-as="payment">
                            <div class="page" t-foreach="payment._check_get_pages()" t-as="page">
                                <p>No. <t t-out="page['sequence_number']"/> <t t-out="page['amount']"/></p>
                                <p t-out="page['amount_in_word']"/>
                                <address t-field="page['partner_id'].self"
                                    t-options='{"widget": "contact", "fields": ["name", "address"]}'/>
                                <p t-out="page['memo']"/>
                                <p t-foreach="page['stub_lines']" t-as="line">
                                    <t t-out="line['due_date']"/>|<t t-out="line['number']"/>|<t
                                    t-out="line['amount_paid']"/>
                                </p>
                            </div>
                        </t>
                    </t>""",
            }
        )
        report = cls.env["ir.actions.report"].create(
            {
                "name": "Test check",
                "model": "account.payment",
                "report_type": "qweb-html",
                "report_name": "client_refund_check_printing.test_check",
            }
        )
        xml_id = "client_refund_check_printing.test_check_report"
        cls.env["ir.model.data"].create(
            {
                "module": "client_refund_check_printing",
                "name": "test_check_report",
                "model": report._name,
                "res_id": report.id,
            }
        )
        layouts = cls.env["res.company"]._fields["account_check_printing_layout"]
        cls.classPatch(layouts, "selection", [*layouts.selection, (xml_id, "Test check")])
        cls.classPatch(layouts, "_selection", {**layouts._selection, xml_id: "Test check"})
        return xml_id

    def _refund_by_check(self, amounts, **values):
        return self._refund(amounts, payment_method_line_id=self.check.id, **values).payment_ids

    def _number_checks(self, next_number):
        self.bank.write({"check_manual_sequencing": True, "check_next_number": next_number})

    def _print_prenumbered(self, payments, number):
        """What an accountant does: *Print Check*, and the number of the first check in the printer.

        Core shows pre-numbered checks to accountants alone.
        """
        action = payments.with_user(self.accountant).print_checks()
        dialog = self.env[action["res_model"]].with_user(self.accountant).with_context(**action["context"])
        return dialog.create({"next_check_number": number}).print_checks()

    def _money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency)

    def _checks_to_print(self):
        """What the screen *Checks to Print* lists, by its own filter; the dashboard counts as many."""
        search = self.env["account.payment"].get_view(view_type="search")["arch"]
        [filter_node] = etree.fromstring(search).xpath("//filter[@name='checks_to_send']")
        payments = self.env["account.payment"].search(
            [*safe_eval(filter_node.get("domain")), ("journal_id", "=", self.bank.id)]
        )
        dashboard = self.bank._get_journal_dashboard_data_batched()[self.bank.id]
        self.assertEqual(dashboard["num_checks_to_print"], len(payments))
        return payments

    # ------------------------------------------------------------------
    # Print
    # ------------------------------------------------------------------

    def test_notice(self):
        account = self._bank_account("BE71096123456769")
        terms = {"payment_method_line_id": self.check.id, "partner_bank_id": account.id}
        refund = self._draft({self._credit_note(100): None}, **terms)
        self.assertEqual((refund._get_masked_payee_account(), refund._get_notice_ways()), ("", {"by check": 100}))
        refund.action_post()
        self.assertEqual((refund._get_masked_payee_account(), refund._get_notice_ways()), ("", {"by check": 100}))

    def test_refund_is_among_the_checks_to_print(self):
        payment = self._refund_by_check({self._credit_note(300): None, self._payment(200): 150})

        self.assertEqual(self._checks_to_print(), payment)

        action = self._print_prenumbered(payment, "00077")

        self.assertEqual(action["report_name"], "client_refund_check_printing.test_check")
        self.assertRecordValues(payment, [{"is_sent": True, "check_number": "00077"}])
        self.assertFalse(self._checks_to_print())

    def test_refund_of_a_receipt_is_among_them(self):
        """Without a credit note the payment is in process until the bank statement confirms it."""
        payment = self._refund_by_check({self._bank_receipt(50): None})
        self.assertEqual(payment.state, "in_process")
        self.assertEqual(self._checks_to_print(), payment)

    def test_confirmed_by_the_bank_is_not_among_them(self):
        """A check that was written by hand and cashed."""
        payment = self._refund_by_check({self._credit_note(300): None})
        statement_item = self._bank_receipt(-300)
        statement_item.account_id = self.outstanding
        (statement_item | payment._seek_for_lines()[0]).reconcile()
        self.assertFalse(self._checks_to_print())

    def test_what_is_on_the_check(self):
        """Credits of all kinds on the stub, the oldest first; payee, address, amount and memo on the check."""
        credit_note = self._credit_note(300, ref="Order 17")
        payment_item, receipt, entry = self._payment(200), self._bank_receipt(50), self._entry(25)
        payment = self._refund_by_check(
            {credit_note: None, payment_item: 150, receipt: None, entry: None}, memo="Case 4711"
        )
        self._print_prenumbered(payment, "00077")

        [page] = payment._check_get_pages()

        self.assertEqual(page["partner_id"], self.client)
        self.assertEqual(page["amount"], self._money(525))
        self.assertEqual(page["sequence_number"], "00077")
        self.assertEqual(page["memo"], f"{payment.client_refund_id.name} Case 4711")
        self.assertFalse(page["stub_cropped"])
        self.assertEqual(
            [
                (line["due_date"], line["number"], line["amount_total"], line["amount_residual"], line["amount_paid"])
                for line in page["stub_lines"]
            ],
            [
                ("01/01/2024", entry.move_id.name, self._money(25), "-", self._money(25)),
                ("03/01/2024", f"{credit_note.move_id.name} - Order 17", self._money(300), "-", self._money(300)),
                ("03/02/2024", payment_item.move_id.name, self._money(200), self._money(50), self._money(150)),
                ("03/03/2024", receipt.move_id.name, self._money(50), "-", self._money(50)),
            ],
        )
        html = self._render(payment)
        for text in ("No. 00077", "12 Mill Road", "Springfield", "Five Hundred", "Case 4711", "Order 17"):
            self.assertIn(text, html)

    def _render(self, payment):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(self.layout, payment.ids)
        return html.decode()

    def test_what_was_settled_is_on_the_stub(self):
        """300 and 200 are owed to the client, who owes 320: the first settles, and of the second 180 are paid."""
        invoice = self._invoice(320)
        credit_note, payment_item = self._credit_note(300), self._payment(200)
        payment = self._refund_by_check(
            {credit_note: None, payment_item: None},
            offset_ids=[Command.create({"move_line_id": invoice.id, "amount": 320})],
        )

        [page] = payment._check_get_pages()

        self.assertEqual(page["amount"], self._money(180))
        self.assertEqual(
            [(line["number"], line["amount_paid"]) for line in page["stub_lines"]],
            [
                (f"{credit_note.move_id.name} ({self._money(300)} settled invoices)", self._money(0)),
                (f"{payment_item.move_id.name} ({self._money(20)} settled invoices)", self._money(180)),
            ],
        )

    def test_more_credits_than_the_stub_has_lines(self):
        payment = self._refund_by_check({self._entry(10): None for _number in range(11)})

        self.company.account_check_printing_multi_stub = False
        [page] = payment._check_get_pages()
        self.assertTrue(page["stub_cropped"])
        self.assertEqual(len(page["stub_lines"]), 8)

        self.company.account_check_printing_multi_stub = True
        first, second = payment._check_get_pages()
        self.assertEqual((len(first["stub_lines"]), len(second["stub_lines"])), (9, 2))
        self.assertEqual((first["amount"], second["amount"]), (self._money(110), "VOID"))

    def test_other_payments_print_as_before(self):
        credit_note = self._credit_note(300)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=credit_note.move_id.ids
        )
        payment = wizard.create({"payment_method_line_id": self.check.id})._create_payments()
        [[line]] = payment._check_make_stub_pages()
        self.assertEqual((line["number"], line["amount_paid"]), (credit_note.move_id.name, self._money(300)))

    # ------------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------------

    def test_numbers_of_the_journal(self):
        """Where the journal numbers its checks, a refund of several credits gets a number, and its entry says so."""
        self._number_checks("00042")
        credit_note, payment_item = self._credit_note(300), self._payment(200)

        payment = self._refund_by_check({credit_note: None, payment_item: 150})

        self.assertEqual(payment.check_number, "00042")
        self.assertEntry(
            payment.move_id,
            [
                (self.outstanding, self.client, -450, 0, 450),
                (self.receivable, self.client, 300, 300, 0),
                (self.receivable, self.client, 150, 150, 0),
            ],
        )
        self.assertPairs(payment.client_refund_id, [(credit_note, 300), (payment_item, 150)])
        label = f"Checks - 00042: {payment.memo}"
        self.assertEqual(
            payment.move_id.line_ids.sorted("id").mapped("name"),
            [label, f"{label} ({credit_note.move_id.name})", f"{label} ({payment_item.move_id.name})"],
        )

        self.assertEqual(payment.print_checks()["report_name"], "client_refund_check_printing.test_check")
        self.assertTrue(payment.is_sent)

    def test_refunds_issued_together_have_numbers_of_their_own(self):
        self._number_checks("00042")
        refunds = self._draft({self._credit_note(300): None}, payment_method_line_id=self.check.id) | self._draft(
            {self._credit_note(80, partner=self.other_client): None},
            payment_method_line_id=self.check.id,
            partner_id=self.other_client.id,
        )
        refunds.action_submit()
        self.assertEqual(refunds.payment_ids.sorted("id").mapped("check_number"), ["00042", "00043"])

    def test_number_used_twice(self):
        first = self._refund_by_check({self._credit_note(300): None})
        second = self._refund_by_check({self._credit_note(80): None})
        self._print_prenumbered(first, "00077")
        with self.assertRaisesRegex(ValidationError, "already used"):
            self._print_prenumbered(second, "00077")

    # ------------------------------------------------------------------
    # Void
    # ------------------------------------------------------------------

    def test_void_asks_why_and_undoes_the_refund(self):
        before_note = self._credit_note(300)
        before = self._ledger()
        payment = self._refund_by_check({before_note: None})
        self._print_prenumbered(payment, "00077")

        action = payment.action_void_check()

        dialog = self.env[action["res_model"]].with_user(self.clerk).with_context(**action["context"])
        dialog.create({"reason": "Check lost in the mail"}).action_undo()
        refund = payment.client_refund_id
        self.assertRecordValues(refund, [{"state": "canceled", "cancel_reason": "Check lost in the mail"}])
        # the number of the paper stays on the trail
        self.assertRecordValues(payment, [{"state": "canceled", "check_number": "00077", "is_sent": True}])
        self.assertEqual({item: values for item, values in self._ledger().items() if item in before}, before)
        self.assertFalse(self._checks_to_print())

    def test_voided_refund_is_made_again(self):
        credit_note = self._credit_note(300)
        self._number_checks("00042")
        first = self._refund_by_check({credit_note: None})
        first.print_checks()
        first.client_refund_id.action_undo("Misprint")
        second = self._refund_by_check({credit_note: None})
        self.assertEqual((first.check_number, second.check_number), ("00042", "00043"))
        self.assertEqual(self._checks_to_print(), second)

    def test_check_of_an_undone_refund_is_not_printed(self):
        payment = self._refund_by_check({self._credit_note(300): None})
        payment.client_refund_id.action_undo("Wrong client")
        for method in ("print_checks", "do_print_checks"):
            with self.assertRaisesRegex(UserError, f"was undone with refund {payment.client_refund_id.name}"):
                getattr(payment, method)()
        self.assertFalse(payment.is_sent)

    def test_void_of_some_refunds_among_other_checks(self):
        """Nothing is done by halves: the refund is named."""
        payment = self._refund_by_check({self._credit_note(300): None})
        other = self.env["account.payment"].create(
            {
                **self._prepare_payment_vals(10),
                "payment_type": "outbound",
                "payment_method_line_id": self.check.id,
            }
        )
        other.action_post()
        with self.assertRaisesRegex(UserError, f"belongs to refund {payment.client_refund_id.name}.*choose Undo"):
            (payment | other).action_void_check()

    def test_void_as_core_does(self):
        other = self.env["account.payment"].create(
            {
                **self._prepare_payment_vals(10),
                "payment_type": "outbound",
                "payment_method_line_id": self.check.id,
            }
        )
        other.action_post()
        other.action_void_check()
        self.assertEqual(other.state, "canceled")

    def test_unmark_sent_prints_again(self):
        payment = self._refund_by_check({self._credit_note(300): None})
        self._print_prenumbered(payment, "00077")
        payment.unmark_as_sent()
        self.assertEqual(self._checks_to_print(), payment)
        self._print_prenumbered(payment, "00078")
        self.assertEqual(payment.check_number, "00078")
