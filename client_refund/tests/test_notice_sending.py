from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, RecordCapturer, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_actions_report import IrActionsReport
from odoo.addons.mail.tests.common import MailCase

from ..models.client_refund_posting import ClientRefundPosting
from ..tools.workflow import with_workflow
from .common import ClientRefundCommon

CRON_LOGGER = "odoo.addons.base.models.ir_cron"
NOTICE_LOGGER = "odoo.addons.client_refund.models.client_refund_notice"


class NoticeCase(MailCase):
    """What the scheduler does, and the mails that come of it."""

    def _send(self):
        """Let the scheduler send the notices.

        :return: mail.mail, those that it made
        """
        before = self.env["mail.mail"].sudo().search([])
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("client_refund.ir_cron_client_refund_notice").sudo().method_direct_trigger()
        self.env.invalidate_all()
        mails = self.env["mail.mail"].sudo().search([], order="id") - before
        # what goes to colleagues about their activities is no notice
        return mails.filtered(lambda mail: mail.message_type == "comment")

    def assertNotice(self, mail, refund):
        """It is the notice of this refund, with its document, and waits in the queue for the client alone."""
        self.assertRecordValues(
            mail, [{"state": "outgoing", "model": refund._name, "res_id": refund.id, "auto_delete": True}]
        )
        self.assertEqual(mail.recipient_ids, refund.partner_id)
        self.assertEqual(len(mail.attachment_ids), 1)
        self.assertIn(refund.name, mail.body_html)
        self.assertEqual(refund.notice_state, "sent")


@tagged("post_install", "-at_install")
class TestNoticeSending(NoticeCase, ClientRefundCommon):
    """A client is told of a refund once, in the background, after its payment is booked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.client_refund_send_notice = True
        cls.client.email = "office@alder.example.com"
        cls.other_client.email = "desk@birch.example.com"
        cls.credit = cls._credit_note(100)

    def _failures(self, refund):
        return refund.activity_ids.filtered(lambda activity: activity.summary == "Refund notice not sent")

    # ------------------------------------------------------------------
    # Once
    # ------------------------------------------------------------------

    def test_one_mail_with_document_in_queue(self):
        cron = self.env.ref("client_refund.ir_cron_client_refund_notice")
        with RecordCapturer(self.env["ir.cron.trigger"].sudo(), [("cron_id", "=", cron.id)]) as triggers:
            refund = self._refund({self.credit: None})
        self.assertEqual(len(triggers.records), 1)
        self.assertEqual(refund.notice_state, "to_send")
        mail = self._send()
        self.assertNotice(mail, refund)
        self.assertEqual(mail.attachment_ids.name.rsplit(".", 1)[0], f"Refund {refund.name.replace('/', '-')}")
        self.assertIn("We are paying", mail.body_html)
        self.assertNotIn("Thank you for your payment", mail.body_html)
        self.assertEqual(mail.author_id, self.clerk.partner_id)
        self.assertFalse(refund.message_partner_ids & self.client)
        self.assertFalse(self._send())

    def test_nothing_is_made_while_posting(self):
        mails = self.env["mail.mail"].sudo().search_count([])
        with (
            patch.object(IrActionsReport, "_render_qweb_pdf", side_effect=ValueError("no document while posting")),
            self.mock_mail_gateway(),
        ):
            self._refund({self.credit: None})
            self.env.flush_all()
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), mails)
        self.assertFalse(self._mails)

    def test_in_language_of_client(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.client.lang = "fr_FR"
        template = self.env.ref("client_refund.mail_template_client_refund_notice")
        template.with_context(lang="fr_FR").subject = "Remboursement {{ object.name }}"
        refund = self._refund({self.credit: None})
        mail = self._send()
        self.assertNotice(mail, refund)
        self.assertEqual(mail.subject, f"Remboursement {refund.name}")
        self.assertIn("100,00", mail.body_html)

    def test_not_wanted(self):
        refund = self._refund({self.credit: None}, send_notice=False)
        self.assertFalse(refund.notice_state)
        self.assertFalse(self._send())
        refund.action_send_notice()
        refund.action_send_notice()
        self.assertNotice(self._send(), refund)
        refund.action_send_notice()
        self.assertEqual(refund.notice_state, "sent")
        self.assertFalse(self._send())

    def test_default_is_policy_of_root_company(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        refunds = self.env["client.refund"]
        self.assertTrue(refunds.new({"company_id": branch.id}).send_notice)
        self.company.client_refund_send_notice = False
        branch.client_refund_send_notice = True
        self.assertFalse(refunds.new({"company_id": branch.id}).send_notice)

    def test_settings(self):
        self.company.client_refund_send_notice = False
        with Form(self.env["res.config.settings"]) as settings:
            self.assertFalse(settings.client_refund_send_notice)
            settings.client_refund_send_notice = True
        settings.record.execute()
        self.assertTrue(self.company.client_refund_send_notice)

    def test_settled_only(self):
        invoice = self._invoice(100)
        refund = self._refund({self.credit: None}, offset_ids=[Command.create({"move_line_id": invoice.id})])
        mail = self._send()
        self.assertNotice(mail, refund)
        self.assertIn("of your open invoices", mail.body_html)
        self.assertNotIn("back to you", mail.body_html)

    def test_contact_for_invoices(self):
        contact = self._create_client(
            "Accounts Payable", parent_id=self.client.id, type="invoice", email="ap@a.example"
        )
        refund = self._refund({self.credit: None})
        self.assertEqual(self._send().recipient_ids, contact)
        self.assertEqual(refund.notice_state, "sent")

    def test_contact_of_another_company(self):
        company = self.env["res.company"].create({"name": "Another Firm"})
        self._create_client(
            "Accounts Payable", parent_id=self.client.id, type="invoice", email="ap@a.example", company_id=company.id
        )
        refund = self._refund({self.credit: None})
        self.assertNotice(self._send(), refund)

    def test_template_writes_to_others(self):
        template = self.env.ref("client_refund.mail_template_client_refund_notice")
        template.partner_to = str(self.approver.partner_id.id)
        refund = self._refund({self.credit: None})
        self.assertEqual(self._send().recipient_ids, self.approver.partner_id)
        self.assertEqual(refund.notice_state, "sent")
        self.assertFalse(self._send())

    # ------------------------------------------------------------------
    # Not, or not yet
    # ------------------------------------------------------------------

    def test_undone_before_it_was_sent(self):
        refund = self._refund({self.credit: None})
        refund.action_undo("Wrong client")
        self.assertFalse(refund.notice_state)
        self.assertFalse(self._send())
        again = self._refund({self.credit: None})
        self.assertNotice(self._send(), again)

    def test_undone_while_the_mail_waits_in_the_queue(self):
        refund, other = self._refund({self.credit: 60}), self._refund({self.credit: 40})
        mails = self._send()
        refund.action_undo("Wrong client")
        self.assertRecordValues(mails, [{"state": "cancel"}, {"state": "outgoing"}])
        self.assertRecordValues(refund | other, [{"notice_state": False}, {"notice_state": "sent"}])

    def test_undone_after_the_mail_is_out(self):
        refund = self._refund({self.credit: None})
        self._send().state = "sent"
        refund.action_undo("Wrong client")
        self.assertEqual(refund.notice_state, "sent")

    def test_returned_before_it_was_sent(self):
        refund = self._refund({self.credit: None})
        refund.action_return("Account closed", "2024-04-02")
        self.assertFalse(refund.notice_state)
        self.assertFalse(self._send())

    def test_taken_back_behind_the_scheduler(self):
        refund = self._refund({self.credit: None})
        refund.action_undo("Wrong client")
        self.env.cr.execute("UPDATE client_refund SET notice_step = 'to_send' WHERE id = %s", [refund.id])
        self.assertFalse(self._send())
        self.assertFalse(refund.notice_state)

    def test_only_of_issued(self):
        refund = self._draft({self.credit: None})
        with self.assertRaisesRegex(UserError, f"{self.client.name}.*{refund.name}"):
            refund.action_send_notice()
        self.assertFalse(refund.notice_state)

    def test_waits_until_it_is_booked(self):
        with patch.object(ClientRefundPosting, "_pay", lambda _refunds: None):
            refund = self._refund({self.credit: None}, send_notice=False)
        refund.action_send_notice()
        self.assertRecordValues(refund, [{"send_notice": True, "notice_state": False}])
        self.assertFalse(self._send())
        paid = with_workflow(refund)
        paid._create_payments()
        paid._book_payments()
        self.assertNotice(self._send(), refund)

    # ------------------------------------------------------------------
    # What goes wrong
    # ------------------------------------------------------------------

    def test_client_without_address(self):
        self.client.email = False
        refund = self._refund({self.credit: None})
        other = self._refund({self._credit_note(50, partner=self.other_client): None}, partner_id=self.other_client.id)
        self.assertNotice(self._send(), other)
        self.assertEqual(refund.notice_state, "failed")
        self.assertEqual(self._failures(refund).user_id, self.clerk)
        self.assertIn("no email address", self._failures(refund).note)
        self.assertIn("no email address", refund.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "no email address"):
            refund.action_send_notice()
        self.client.email = "new@alder.example.com"
        refund.action_send_notice()
        self.assertNotice(self._send(), refund)

    def test_one_document_fails(self):
        refund = self._refund({self.credit: None})
        other = self._refund({self._credit_note(50, partner=self.other_client): None}, partner_id=self.other_client.id)
        render = IrActionsReport._render_qweb_pdf

        def fail(report, report_ref, res_ids=None, data=None):
            if refund.id in res_ids:
                report.env["res.partner"].create({"name": "Left behind"})
                report.env.flush_all()
                raise ValueError("no paper")
            return render(report, report_ref, res_ids=res_ids, data=data)

        with patch.object(IrActionsReport, "_render_qweb_pdf", fail), mute_logger(NOTICE_LOGGER):
            self.assertNotice(self._send(), other)
        self.assertEqual(refund.notice_state, "failed")
        self.assertIn("no paper", self._failures(refund).note)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Left behind")]))

    def test_others_in_the_way(self):
        """The scheduler does not try again and again: it is told that nothing was done, and comes back later."""
        refund = self._refund({self.credit: None})
        with (
            patch.object(IrActionsReport, "_render_qweb_pdf", side_effect=SerializationFailure()) as render,
            mute_logger(CRON_LOGGER),  # it warns that it could do nothing
        ):
            self.assertFalse(self._send())
        self.assertEqual(render.call_count, 1)
        self.assertEqual(refund.notice_state, "to_send")
        self.assertFalse(self._failures(refund))
        self.assertNotice(self._send(), refund)

    # ------------------------------------------------------------------
    # What becomes of the mail
    # ------------------------------------------------------------------

    def _fail(self, mail):
        """What core does where the mail server refuses a mail."""
        mail.write({"state": "exception", "failure_reason": "Mailbox full"})
        mail._postprocess_sent_message([], [], failure_reason="Mailbox full", failure_type="unknown")
        self.env.invalidate_all()

    def _find(self, *states):
        return self.refunds.search([("notice_state", "in", states), ("company_id", "=", self.company.id)])

    def test_the_server_refuses_it(self):
        refund = self._refund({self.credit: None})
        mail = self._send()
        self.assertEqual((refund.notice_state, refund.notice_failure), ("sent", False))
        self.assertEqual((self._find("sent"), self._find("failed")), (refund, self.refunds))

        self._fail(mail)

        self.assertEqual(refund.notice_state, "failed")
        self.assertEqual(refund.notice_failure, "office@alder.example.com: Unknown error: Mailbox full")
        self.assertEqual((self._find("sent"), self._find("failed")), (self.refunds, refund))
        self.assertEqual(self._find("failed", "sent"), refund)

    def test_sent_again(self):
        """The mail that failed is not tried any more; a retry of it by hand would tell the client twice."""
        refund = self._refund({self.credit: None})
        first = self._send()
        self._fail(first)
        self._rpc(self.clerk, refund, "action_send_notice")
        self.assertRecordValues(refund, [{"notice_state": "to_send", "notice_failure": False}])
        second = self._send()
        self.assertNotice(second, refund)
        self.assertEqual((first.state, refund.notice_message_id), ("cancel", second.mail_message_id))

    def test_delivered_at_last(self):
        """Core's own way to send a mail again is as good."""
        refund = self._refund({self.credit: None})
        mail = self._send()
        self._fail(mail)
        mail._postprocess_sent_message(self.client.ids, [])
        self.env.invalidate_all()
        self.assertEqual((refund.notice_state, self._find("failed")), ("sent", self.refunds))

    def test_bounced(self):
        refund = self._refund({self.credit: None})
        notification = self._send().mail_message_id.notification_ids
        notification.write({"notification_status": "bounce", "failure_type": "mail_bounce"})
        self.env.invalidate_all()
        self.assertRecordValues(
            refund, [{"notice_state": "failed", "notice_failure": "office@alder.example.com: Bounce"}]
        )
        auditor = self._create_user("refund_auditor", "Ada Auditor", "account.group_account_readonly")
        self.assertEqual(self._rpc(auditor, refund, "read", ["notice_state"])[0]["notice_state"], "failed")

    def test_why_none_could_be_made(self):
        self.client.email = False
        refund = self._refund({self.credit: None})
        self._send()
        self.assertEqual(refund.notice_state, "failed")
        self.assertIn("the client has no email address. Add one", refund.notice_failure)

    def test_undone_after_it_failed(self):
        """Nobody tries that mail any more."""
        refund = self._refund({self.credit: None})
        mail = self._send()
        self._fail(mail)
        refund.action_undo("Wrong client")
        self.assertEqual((mail.state, refund.notice_state), ("cancel", False))

    # ------------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------------

    def test_state_is_closed(self):
        refund = self._refund({self.credit: None})
        for values in (
            {"notice_state": "sent"},
            {"booked_on": False},
            {"line_ids": [Command.update(refund.line_ids.id, {"amount_left": 1})]},
        ):
            with self.assertRaises(UserError):
                self._rpc(self.clerk, refund, "write", values)
        with self.assertRaises(UserError):
            self._rpc(self.clerk, refund, "write", {"send_notice": False})

    def test_who_may_send(self):
        refund = self._refund({self.credit: None}, send_notice=False)
        auditor = self._create_user("refund_auditor", "Ada Auditor", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            self._rpc(auditor, refund, "action_send_notice")
        self.assertTrue(self._rpc(self.clerk, refund, "action_send_notice"))
        self.assertEqual(refund.notice_state, "to_send")

    # ------------------------------------------------------------------
    # How it is asked for
    # ------------------------------------------------------------------

    def test_wizard(self):
        wizard = self._opened(self.client.with_user(self.clerk).action_refund_client())
        self.assertTrue(wizard.send_notice)
        wizard.send_notice = False
        wizard.action_save_draft()
        draft = wizard.refund_id
        self.assertFalse(draft.send_notice)
        changed = self._opened(draft.action_edit())
        self.assertFalse(changed.send_notice)
        changed.send_notice = True
        changed.action_refund()
        self.assertRecordValues(draft, [{"send_notice": True, "notice_state": "to_send"}])

    def test_create_refund(self):
        for values, expected in (({}, True), ({"send_notice": False}, False), ({"send_notice": True}, True)):
            credit = self._credit_note(10)
            values |= {"partner_id": self.client.id, "lines": [{"move_line_id": credit.id}]}
            refund = self.refunds.browse(self.refunds.create_refund(values))
            self.assertEqual(refund.send_notice, expected)
        with self.assertRaisesRegex(UserError, "send_notice"):
            self.refunds.create_refund({"partner_id": self.client.id, "send_notice": "yes"})
