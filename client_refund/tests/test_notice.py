from unittest.mock import patch

from lxml import html

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.client_refund_posting import ClientRefundPosting
from .common import ClientRefundCommon

REPORT = "client_refund.action_report_client_refund_notice"


@tagged("post_install", "-at_install")
class TestNotice(ClientRefundCommon):
    """What the notice says: what is paid, how, out of which credits, and what remains of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls._bank_account("BE71 0961 2345 6769")
        cls.credit_note = cls._credit_note(400)
        cls.payment = cls._payment(1250.5)

    def _render(self, refund):
        """The notice, as the clerk prints it.

        :return: tree of its page
        """
        content, _kind = self.env["ir.actions.report"].with_user(self.clerk)._render_qweb_html(REPORT, refund.ids)
        [page] = html.fromstring(content).xpath("//div[@class='page']")
        return page

    def _text(self, page, name):
        """The text of the parts with this name, each with its blanks made one."""
        return [" ".join(part.text_content().split()) for part in page.xpath(f".//*[@name='{name}']")]

    def _rows(self, page):
        """The cells of the credits."""
        return [
            [" ".join(cell.text_content().split()) for cell in row.xpath("./td")]
            for row in page.xpath(".//tr[@name='credit']")
        ]

    # ------------------------------------------------------------------
    # Paid
    # ------------------------------------------------------------------

    def test_paid(self):
        refund = self._refund(
            {self.credit_note: None, self.payment: 1000.25}, partner_bank_id=self.account.id, memo="Case 4711"
        )
        self.assertEqual(self._text(self._render(refund), "ways"), ["On its way: to your account •••• 6769"])
        refund.action_mark_paid()
        page = self._render(refund)
        self.assertFalse(self._text(page, "message"))
        self.assertEqual(self._text(page, "date"), ["Date 04/01/2024"])
        self.assertEqual(self._text(page, "memo"), ["Memo Case 4711"])
        self.assertEqual(
            self._text(page, "amount"),
            ["Amount $ 1,400.25 One Thousand, Four Hundred Dollars and Twenty-Five Cents"],
        )
        self.assertEqual(self._text(page, "ways"), ["Paid: to your account •••• 6769"])
        self.assertEqual(
            self._rows(page),
            [
                [f"Credit Note {self.credit_note.move_id.name}", "03/01/2024", "$ 400.00", "$ 400.00", "$ 0.00"],
                [f"Payment {self.payment.move_id.name}", "03/02/2024", "$ 1,250.50", "$ 1,000.25", "$ 250.25"],
            ],
        )
        text = page.text_content()
        self.assertNotIn("0961", text)
        self.assertNotIn(self.clerk.name, text)

    def test_nothing_internal(self):
        self.company.client_refund_bank_change_days = 30
        refund = self._submit({self.credit_note: None}, partner_bank_id=self.account.id)
        self.assertTrue(refund.risk_summary)
        refund.with_user(self.approver).action_approve()
        refund._message_log(body="Beware of this client")
        text = self._render(refund).text_content()
        for secret in (refund.risk_summary, refund.approval_reason, self.approver.name, "approv", "Beware"):
            self.assertNotIn(secret, text)

    def test_in_language_of_client(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.client.lang = "fr_FR"
        refund = self._refund({self.payment: 1000.25})
        page = self._render(refund)
        self.assertIn("01/04/2024", self._text(page, "date")[0])
        self.assertIn("Mille Dollars", self._text(page, "amount")[0])
        self.assertIn("$ 1 000,25", self._text(page, "amount")[0])
        self.assertIn("02/03/2024", self._rows(page)[0])

    def test_what_remains_stays(self):
        first = self._refund({self.payment: 1000.25})
        second = self._refund({self.payment: 50})
        self.assertEqual(first.line_ids.amount_left, 250.25)
        self.assertEqual(second.line_ids.amount_left, 200.25)
        self.assertEqual(self._rows(self._render(first))[0][-1], "$ 250.25")
        self.assertEqual(self._rows(self._render(second))[0][-1], "$ 200.25")

    def test_booked_before_that_was_kept(self):
        refund = self._refund({self.payment: 1000.25})
        self.env.flush_all()
        self.env.cr.execute("UPDATE client_refund SET booked_on = NULL WHERE id = %s", [refund.id])
        self.env.cr.execute("UPDATE client_refund_line SET amount_left = NULL WHERE refund_id = %s", [refund.id])
        self.env.invalidate_all()
        page = self._render(refund)
        self.assertNotIn("Remains", page.text_content())
        self.assertEqual(self._rows(page)[0][-1], "$ 1,000.25")

    def test_settled_invoices(self):
        invoices = self._invoice(300) | self._invoice(200, date="2024-03-05")
        refund = self._refund(
            {self.credit_note: None, self.payment: 1000.25},
            offset_ids=[Command.create({"move_line_id": invoice.id}) for invoice in invoices],
        )
        page = self._render(refund)
        first, second = invoices.mapped("move_id.name")
        self.assertEqual(
            [row[3:] for row in self._rows(page)],
            [
                [f"{first} $ 300.00 {second} $ 100.00", "$ 0.00", "$ 0.00"],
                [f"{second} $ 100.00", "$ 900.25", "$ 250.25"],
            ],
        )
        self.assertIn("$ 900.25", self._text(page, "amount")[0])

    def test_settled_only(self):
        invoice = self._invoice(400)
        refund = self._refund({self.credit_note: None}, offset_ids=[Command.create({"move_line_id": invoice.id})])
        page = self._render(refund)
        self.assertFalse(self._text(page, "ways"))
        self.assertEqual(len(self._text(page, "settled_only")), 1)
        self.assertEqual(self._text(page, "amount"), ["Amount $ 0.00"])

    # ------------------------------------------------------------------
    # Not paid
    # ------------------------------------------------------------------

    def _assert_not_paid(self, refund, message):
        page = self._render(refund)
        self.assertIn(message, self._text(page, "message")[0])
        self.assertNotIn("Paid:", page.text_content())
        self.assertNotIn("Remains", page.text_content())
        self.assertNotIn("Refunded", page.text_content())

    def test_draft(self):
        self._assert_not_paid(self._draft({self.payment: 50}), "Nothing is paid yet")

    def test_issued_and_not_booked(self):
        with patch.object(ClientRefundPosting, "_pay", lambda _refunds: None):
            refund = self._refund({self.payment: 50}, partner_bank_id=self.account.id)
        self._assert_not_paid(refund, "Nothing is paid yet")
        self.assertEqual(self._text(self._render(refund), "ways"), ["To be paid: to your account •••• 6769"])

    def test_undone(self):
        refund = self._refund({self.payment: 50})
        refund.action_undo("Wrong client")
        self._assert_not_paid(refund, "canceled")
        self.assertNotIn("Wrong client", self._render(refund).text_content())

    def test_returned(self):
        refund = self._refund({self.payment: 50})
        refund.action_return("Account closed", "2024-04-05")
        self._assert_not_paid(refund, "The bank returned this payment on 04/05/2024")

    def test_document_deleted(self):
        refund = self._refund({self.credit_note: None})
        refund.action_undo("Wrong amount")
        number = self.credit_note.move_id.name
        self.credit_note.move_id.button_draft()
        self.credit_note.move_id.with_context(force_delete=True).unlink()
        self.assertIn(number, self._rows(self._render(refund))[0][0])

    # ------------------------------------------------------------------
    # Ways
    # ------------------------------------------------------------------

    def test_masked_account(self):
        refund = self._draft({self.payment: 50}, partner_bank_id=self.account.id)
        self.assertEqual(refund._get_masked_payee_account(), "•••• 6769")
        refund.action_post()
        self.assertEqual(refund._get_masked_payee_account(), "•••• 6769")
        short = self._bank_account("47 11")
        self.assertEqual(
            self._draft({self.credit_note: 50}, partner_bank_id=short.id)._get_masked_payee_account(), "•••• 11"
        )

    def test_cash(self):
        refund = self._refund({self.payment: 50}, journal_id=self.cash.id, partner_bank_id=self.account.id)
        self.assertEqual(refund._get_masked_payee_account(), "")
        self.assertEqual(self._text(self._render(refund), "ways"), ["Paid: in cash"])

    def test_without_account(self):
        refund = self._refund({self.payment: 50}, partner_bank_id=False)
        self.assertEqual(refund._get_masked_payee_account(), "")
        self.assertEqual(self._text(self._render(refund), "ways"), ["On its way: by bank"])

    @mute_logger("odoo.addons.base.models.ir_actions_report")  # there is no server to fetch the styles from
    def test_pdf(self):
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            self.skipTest("there is no wkhtmltopdf")
        refund = self._refund({self.payment: 50})
        content, kind = (
            self.env["ir.actions.report"].with_context(force_report_rendering=True)._render_qweb_pdf(REPORT, refund.ids)
        )
        self.assertEqual((content[:4], kind), (b"%PDF", "pdf"))
