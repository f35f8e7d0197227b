from contextlib import suppress

from odoo.tests import JsonRpcException, tagged

from .common_portal import PortalHttpCase


@tagged("post_install", "-at_install")
class TestPortalMessages(PortalHttpCase):
    """A client and the firm write to each other; what colleagues write to each other stays with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.refund = cls._refund({cls._credit_note(70): None}, partner_bank_id=cls.account.id)
        cls.client.email = "office@alder.example.com"

    def _write(self, body, **values):
        """What a clerk writes in the refund's chatter by *Send message*."""
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment", **values}
        return self.refund.with_user(self.clerk).message_post(body=body, **values)

    # -------------------------------------------------------------------------
    # What is shown
    # -------------------------------------------------------------------------

    def test_both_ways(self):
        message = self._say(self.refund, "When do you pay?", self.user)
        self._write("On Monday", partner_ids=self.client.ids)
        self._write("A copy for Ann", partner_ids=self.contact.ids)
        for user in (self.user, self.contact_user):
            self.assertEqual(self._fetch(self.refund, user), ["When do you pay?", "On Monday", "A copy for Ann"])
        self.assertEqual(message.author_id, self.client)
        self.assertIn(self.clerk.partner_id, message.notified_partner_ids)
        self.assertNotIn(self.client, self.refund.message_partner_ids)

    def test_answer_by_mail(self):
        self._write("From her phone", message_type="email", author_id=self.contact.id)
        self.assertEqual(self._fetch(self.refund, self.user), ["From her phone"])

    def test_the_client_is_proposed_as_who_is_written_to(self):
        proposed = self.refund.with_user(self.clerk)._message_get_suggested_recipients(reply_discussion=True)
        self.assertIn(self.client.id, [recipient["partner_id"] for recipient in proposed])

    def test_what_colleagues_write_is_not_shown(self):
        self._write("A difficult client")
        self._write("Is he honest?", partner_ids=self.approver.partner_id.ids)
        self._write("Ask our lawyer", partner_ids=self.other_client.ids)
        self._write("A note on him", subtype_xmlid="mail.mt_note", partner_ids=self.client.ids)
        self._write("Not for his eyes", is_internal=True, partner_ids=self.client.ids)
        self.refund._message_log(body="Checked twice")
        self.refund.activity_schedule("mail.mail_activity_data_todo", note="Look at it", user_id=self.clerk.id)
        self.refund.activity_ids.action_feedback(feedback="Looked at it")
        self.assertEqual(self._fetch(self.refund, self.user), [])
        for params in ({"search_term": "difficult"}, {"is_notification": True}, {"limit": 1000}):
            self.assertEqual(self._fetch(self.refund, self.user, fetch_params=params), [])

    def test_a_contact_who_left_reads_no_more(self):
        self._write("Your money is on its way", partner_ids=self.contact.ids)
        self.contact.parent_id = self.other_client
        self.assertFalse(self._find(self.refund, self.contact_user))
        self.assertEqual(self._fetch(self.refund, self.user), [])

    def _find(self, refund, user):
        return refund.with_user(user)._find_own_on_portal(refund.id)

    # -------------------------------------------------------------------------
    # Who may
    # -------------------------------------------------------------------------

    def _assert_shut(self, refund, user, **keys):
        for read_or_write in (
            lambda: self._fetch(refund, user, **keys) and self.fail("messages are shown"),
            lambda: self._say(refund, "Pay me", user, keys=keys) and self.fail("a message is posted"),
        ):
            with suppress(JsonRpcException):
                read_or_write()
        init = self.make_jsonrpc_request(
            "/portal/chatter_init", {"thread_model": refund._name, "thread_id": refund.id, **keys}
        )
        self.assertNotIn("mail.thread", init)
        self.assertNotIn("Pay me", "".join(refund.message_ids.mapped("body")))

    def test_nobody_else(self):
        self._write("On Monday", partner_ids=self.client.ids)
        nobody = self.env["res.users"]
        for user in (nobody, self.other_user, self.employee):
            with self.subTest(user=user.name):
                self._assert_shut(self.refund, user)

    def test_link_opens_no_messages(self):
        """A mail is passed on: what it leads to is the page, not what was written."""
        self._write("On Monday", partner_ids=self.client.ids)
        token = self.refund._portal_ensure_token()
        keys = {"token": token, "pid": self.client.id, "hash": self.refund._sign_token(self.client.id)}
        for user in (self.env["res.users"], self.other_user):
            page = self._get(f"{self.refund.access_url}?access_token={token}", user)
            self.assertNotShown(page, "Messages", "On Monday")
            self.assertNotIn("o_portal_chatter", page.text)
            self._assert_shut(self.refund, user, **keys)

    def test_what_clients_do_not_see_has_no_messages(self):
        draft = self._draft({self._credit_note(5): None})
        self._assert_shut(draft, self.user)

    def test_other_documents_are_not_opened(self):
        invoice = self._invoice(10).move_id
        other = self._invoice(10, partner=self.other_client).move_id
        for document in (other, invoice.line_ids.move_id.journal_id, self.client):
            with self.assertRaises(JsonRpcException):
                self._say(document, "Pay me", self.user)

    def test_the_rest_of_the_chatter_stays_shut(self):
        self._write("A difficult client")
        secret = self.refund.message_ids[0]
        self.refund.activity_schedule("mail.mail_activity_data_todo", note="Look at it", user_id=self.clerk.id)
        self.authenticate(self.user.login, self.user.login)
        thread = {"thread_model": self.refund._name, "thread_id": self.refund.id}
        wanted = ["activities", "attachments", "followers", "scheduledMessages", "suggestedRecipients"]
        data = self.make_jsonrpc_request(
            "/mail/data", {"fetch_params": [["mail.thread", {**thread, "request_list": wanted}]]}
        )
        self.assertFalse(data["mail.thread"][0]["hasReadAccess"])
        self.assertFalse({"mail.activity", "mail.followers", "ir.attachment"} & data.keys())
        for path, params in (
            ("/mail/thread/messages", thread),
            ("/mail/message/update_content", {"message_id": secret.id, "update_data": {"body": "x"}}),
            ("/mail/message/reaction", {"message_id": secret.id, "content": "x", "action": "add"}),
        ):
            try:
                found = self.make_jsonrpc_request(path, params)
            except JsonRpcException:
                continue
            self.assertFalse(set(found["messages"]) & set(self.refund.message_ids.ids))
        self.assertIn("A difficult client", secret.body)
        self.assertFalse(secret.sudo().reaction_ids)

    # -------------------------------------------------------------------------
    # What a client can write
    # -------------------------------------------------------------------------

    def test_a_client_writes_messages_and_nothing_else(self):
        message = self._say(
            self.refund,
            "<b>Hello</b><script>alert(1)</script>",
            self.user,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            partner_ids=[self.approver.partner_id.id, self.other_client.id],
            partner_emails=["thief@example.com"],
            author_id=self.clerk.partner_id.id,
            email_from="boss@example.com",
        )
        self.assertRecordValues(
            message,
            [
                {
                    "message_type": "comment",
                    "subtype_id": self.env.ref("mail.mt_comment").id,
                    "author_id": self.client.id,
                    "partner_ids": self.clerk.partner_id.ids,
                }
            ],
        )
        self.assertEqual(message.body, "<span><b>Hello</b></span>")
        self.assertNotIn("boss", message.email_from)

    def test_reaches_somebody_who_may_where_the_clerk_left(self):
        self.refund.message_unsubscribe(self.refund.message_partner_ids.ids)
        self.clerk.active = False
        message = self._say(self.refund, "Hello?", self.user)
        [user] = message.partner_ids.user_ids
        self.assertTrue(user.has_group("client_refund.group_client_refund_prepare"))

    def test_what_was_written_is_not_changed(self):
        message = self._say(self.refund, "I want it", self.user)
        with self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(
                "/mail/message/update_content", {"message_id": message.id, "update_data": {"body": "I don't"}}
            )
        self.assertIn("I want it", message.body)

    def test_attachment(self):
        self.authenticate(self.user.login, self.user.login)
        upload = self.url_open(
            "/mail/attachment/upload",
            data={"thread_model": self.refund._name, "thread_id": self.refund.id, "is_pending": "true"}
            | {"csrf_token": self._csrf_token()},
            files={"ufile": ("bank.txt", b"IBAN")},
        ).json()["data"]
        [stored] = upload["store_data"]["ir.attachment"]
        message = self._say(
            self.refund,
            "My bank",
            self.user,
            attachment_ids=[upload["attachment_id"]],
            attachment_tokens=[stored["ownership_token"]],
        )
        self.assertEqual(message.attachment_ids.raw, b"IBAN")
        theft = {"attachment_ids": [self._internal_file().id], "attachment_tokens": ["x"]}
        with self.assertRaises(JsonRpcException):
            self._say(self.refund, "", self.user, **theft)

    def _internal_file(self):
        return self.env["ir.attachment"].create(
            {"name": "secret.txt", "raw": b"x", "res_model": self.refund._name, "res_id": self.refund.id}
        )

    def test_upload_of_others_is_refused(self):
        for user in (self.other_user, self.env["res.users"]):
            self.authenticate(user and user.login, user and user.login)
            response = self.url_open(
                "/mail/attachment/upload",
                data={"thread_model": self.refund._name, "thread_id": self.refund.id, "is_pending": "true"}
                | {"csrf_token": self._csrf_token()},
                files={"ufile": ("bank.txt", b"IBAN")},
            )
            self.assertEqual(response.status_code, 404)
