from ast import literal_eval

from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MailCase

from .common import ClientRefundCommon

ACTION = "account.account_send_payment_receipt_by_email_action"


@tagged("post_install", "-at_install")
class TestNoticeReceipt(MailCase, ClientRefundCommon):
    """Core's receipt thanks for the payment: who is refunded gets the notice in its place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.email = "office@alder.example.com"
        cls.other_client.email = "desk@birch.example.com"
        cls.notice = cls.env.ref("client_refund.mail_template_client_refund_notice")
        cls.receipt = cls.env.ref("account.mail_template_data_payment_receipt")
        cls.refund = cls._refund({cls._credit_note(100): None})
        cls.receipts = cls._payment(10).move_id.origin_payment_id

    def _compose(self, action, payments):
        """The composer that core's action opens on these payments."""
        context = literal_eval(self.env.ref(action).context)
        composers = self.env["mail.compose.message"].with_user(self.clerk)
        return Form(
            composers.with_context(
                **context, active_model="account.payment", active_id=payments[:1].id, active_ids=payments.ids
            )
        )

    def test_payment_of_refund(self):
        composer = self._compose(ACTION, self.refund.payment_ids).save()
        self.assertRecordValues(
            composer, [{"model": "client.refund", "res_ids": str(self.refund.ids), "template_id": self.notice.id}]
        )
        self.assertEqual(composer.partner_ids, self.client)
        self.assertIn("We are paying", composer.body)
        self.assertNotIn("Thank you", composer.body)
        with self.mock_mail_gateway():
            composer.action_send_mail()
        message = self.refund.message_ids.filtered("partner_ids")
        self.assertEqual((message.partner_ids, len(message.attachment_ids)), (self.client, 1))
        self.assertFalse(self.refund.message_partner_ids & self.client)
        self.assertEqual(self.refund.notice_state, "sent")

    def test_waiting_notice_is_not_sent_too(self):
        self.refund.action_send_notice()
        with self.mock_mail_gateway():
            self._compose(ACTION, self.refund.payment_ids).save().action_send_mail()
        self.assertEqual(self.refund.notice_state, "sent")

    def test_other_payment(self):
        composer = self._compose(ACTION, self.receipts).save()
        self.assertRecordValues(composer, [{"model": "account.payment", "template_id": self.receipt.id}])

    def test_many(self):
        credit = self._credit_note(50, partner=self.other_client)
        refunds = self.refund | self._refund({credit: None}, partner_id=self.other_client.id)
        composer = self._compose(f"{ACTION}_multi", refunds.payment_ids).save()
        self.assertEqual((composer.model, composer.template_id), ("client.refund", self.notice))
        with self.mock_mail_gateway():
            composer.action_send_mail()
        self.assertEqual(len(self._mails), 2)
        for mail in self._mails:
            self.assertIn("We are paying", mail["body"])
        self.assertEqual(set(refunds.mapped("notice_state")), {"sent"})

    def test_many_of_which_one_fails(self):
        """A mail by hand is followed as one that the scheduler makes."""
        credit = self._credit_note(50, partner=self.other_client)
        refunds = self.refund | self._refund({credit: None}, partner_id=self.other_client.id)
        with self.mock_mail_gateway():
            self._compose(f"{ACTION}_multi", refunds.payment_ids).save().action_send_mail()
        notifications = refunds[1].notice_message_id.sudo().notification_ids
        self.assertEqual(notifications.res_partner_id, self.other_client)
        notifications.write({"notification_status": "bounce", "failure_type": "mail_bounce"})
        self.env.invalidate_all()
        self.assertEqual(refunds.mapped("notice_state"), ["sent", "failed"])

    def test_sent_to_others_alone(self):
        self.refund.action_send_notice()
        composer = self._compose(ACTION, self.refund.payment_ids).save()
        composer.partner_ids = self.approver.partner_id
        with self.mock_mail_gateway():
            composer.action_send_mail()
        self.assertEqual(self.refund.notice_state, "to_send")

    def test_many_without_address(self):
        self.other_client.email = False
        credit = self._credit_note(50, partner=self.other_client)
        other = self._refund({credit: None}, partner_id=self.other_client.id)
        with self.mock_mail_gateway():
            self._compose(f"{ACTION}_multi", (self.refund | other).payment_ids).save().action_send_mail()
        self.assertRecordValues(self.refund | other, [{"notice_state": "sent"}, {"notice_state": False}])

    def test_mixed(self):
        """The others get their receipt; the composer says who gets a notice instead."""
        composer = self._compose(f"{ACTION}_multi", self.refund.payment_ids | self.receipts).save()
        self.assertRecordValues(
            composer,
            [
                {
                    "model": "account.payment",
                    "res_ids": str(self.receipts.ids),
                    "template_id": self.receipt.id,
                    "client_refund_left_out": self.refund.payment_ids.name,
                }
            ],
        )
        with self.mock_mail_gateway():
            composer.action_send_mail()
        self.assertEqual(len(self._mails), 1)

    def test_of_draft_does_not_count(self):
        draft = self._draft({self._credit_note(20): None})
        with self.mock_mail_gateway():
            draft.message_post_with_source(self.notice)
        self.assertFalse(draft.notice_state)
