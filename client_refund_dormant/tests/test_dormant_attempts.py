from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import ClientDormantCommon


@tagged("post_install", "-at_install")
class TestDormantAttempts(ClientDormantCommon):
    """How a client is looked for is evidence: who did it, when, and what came of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.email = "office@alder.example.com"
        cls.credit_note = cls._credit_note(300)
        cls.register = cls._register(cls.credit_note)

    def test_call(self):
        action = self.register.action_log_call()
        form = Form(self.env[action["res_model"]].with_user(self.clerk).with_context(**action["context"]))
        form.note = "Asked at the reception"
        attempt = form.save()
        self.assertRecordValues(
            attempt,
            [{"kind": "call", "result": "no_answer", "user_id": self.clerk.id, "register_id": self.register.id}],
        )
        self.assertRecordValues(
            self.register,
            [{"state": "contacting", "attempt_count": 1, "last_attempt": attempt.date}],
        )

    def _compose(self, registers):
        action = registers.action_send_mail()
        return Form(self.env[action["res_model"]].with_user(self.clerk).with_context(**action["context"])).save()

    def test_mail(self):
        """In the language of the client; nothing is logged before it is sent."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.client.lang = "fr_FR"
        template = self.env.ref("client_refund_dormant.mail_template_client_dormant_credit")
        template.with_context(lang="fr_FR").subject = "De l'argent pour vous ({{ object.name }})"
        composer = self._compose(self.register)
        self.assertFalse(self.register.attempt_ids)
        self.assertEqual(composer.subject, f"De l'argent pour vous ({self.register.name})")
        self.assertIn("300.00", composer.body.replace(",", "."))

        composer.action_send_mail()

        attempt = self.register.attempt_ids
        self.assertRecordValues(attempt, [{"kind": "mail", "result": "sent", "user_id": self.clerk.id}])
        self.assertEqual(attempt.message_id.partner_ids, self.client)
        self.assertIn("office@alder.example.com", attempt.note)
        self.assertEqual(self.register.state, "contacting")

    def test_mail_that_failed_is_no_evidence(self):
        self._compose(self.register).action_send_mail()
        attempt = self.register.attempt_ids
        self.assertEqual((self.register.attempt_count, attempt.mail_failure), (1, ""))
        attempt.message_id.sudo().notification_ids.write(
            {"notification_status": "bounce", "failure_type": "mail_bounce"}
        )
        self.env.invalidate_all()
        self.assertRecordValues(self.register, [{"attempt_count": 0, "last_attempt": False}])
        self.assertEqual(attempt.mail_failure, "office@alder.example.com: Bounce")

    def test_mail_that_failed_for_a_follower_is_evidence(self):
        """A copy that did not reach a colleague says nothing of the client's."""
        colleague = self.env["res.partner"].create({"name": "Colleague", "email": "colleague@firm.example.com"})
        self.register.sudo().message_subscribe(colleague.ids)
        self._compose(self.register).action_send_mail()
        attempt = self.register.attempt_ids
        notification = attempt.message_id.sudo().notification_ids.filtered(
            lambda notification: notification.res_partner_id == colleague
        )
        self.assertTrue(notification)
        notification.write({"notification_status": "exception", "failure_type": "mail_smtp"})
        self.env.invalidate_all()
        self.assertEqual((self.register.attempt_count, attempt.mail_failure), (1, ""))

    def test_mails_to_many_that_failed(self):
        other = self._register(self._credit_note(70, partner=self.other_client))
        self.other_client.email = "office@birch.example.com"
        self._compose(self.register | other).action_send_mail()
        other.attempt_ids.message_id.sudo().notification_ids.write(
            {"notification_status": "exception", "failure_type": "mail_smtp"}
        )
        self.env.invalidate_all()
        self.assertEqual((self.register | other).mapped("attempt_count"), [1, 0])

    def test_mails_to_many(self):
        other = self._register(self._credit_note(70, partner=self.other_client))
        self.other_client.email = "office@birch.example.com"
        self._compose(self.register | other).action_send_mail()
        self.assertEqual((self.register | other).attempt_ids.mapped("kind"), ["mail", "mail"])
        self.assertIn("office@alder.example.com", self.register.attempt_ids.note)
        self.assertIn("office@birch.example.com", other.attempt_ids.note)

    def test_other_messages_are_no_attempts(self):
        self.register.message_post(body="A note to ourselves", message_type="comment")
        self.assertFalse(self.register.attempt_ids)

    def test_letter(self):
        self.client.write({"street": "1 Alder Lane", "city": "Boston"})
        action = self.register.action_print_letter()
        self.assertEqual(action["report_name"], "client_refund_dormant.report_client_dormant_letter")
        self.assertRecordValues(self.register.attempt_ids, [{"kind": "letter", "result": "sent"}])
        self.assertIn("1 Alder Lane", self.register.attempt_ids.note)

        html = (
            self.env["ir.actions.report"]
            .with_user(self.clerk)
            ._render_qweb_html("client_refund_dormant.report_client_dormant_letter", self.register.ids)[0]
            .decode()
        )

        for text in (
            "Alder &amp; Finch LLP",
            "1 Alder Lane",
            "300.00",
            self.register.name,
            self.credit_note.move_id.name,
        ):
            self.assertIn(text, html)

    def test_nobody_is_reached_without_an_address(self):
        """Such a mail or letter is no attempt, nor is a message over RPC that goes to nobody."""
        self.client.email = False
        self._compose(self.register).action_send_mail()
        other = self._register(self._credit_note(70, partner=self.other_client))
        self._compose(self.register | other).action_send_mail()
        self._rpc(
            self.clerk,
            self.register,
            "message_post",
            body="x",
            message_type="comment",
            context={"client_dormant_attempt": True},
        )
        with self.assertRaisesRegex(UserError, "Alder.*DC/.*no postal address"), self.env.cr.savepoint():
            self.register.action_print_letter()
        self.assertFalse((self.register | other).attempt_ids)
        self.assertEqual(self.register.state, "to_contact")

    def test_correction(self):
        """Counts as the attempt that it corrects, once; one that was not made counts no more."""
        letter = self._attempt(self.register, kind="letter", result="sent")
        self._attempt(self.register, kind="letter", result="bounced", corrects_id=letter.id)
        self.assertEqual((self.register.attempt_count, len(self.register.attempt_ids)), (1, 2))
        call = self._attempt(self.register)
        self.assertEqual(self.register.attempt_count, 2)
        self._attempt(self.register, result="void", corrects_id=call.id)
        self.assertEqual(self.register.attempt_count, 1)
        other = self._register(self._credit_note(70, partner=self.other_client))
        with self.assertRaisesRegex(ValidationError, "belongs to DC"), self.env.cr.savepoint():
            self._attempt(other, corrects_id=self._attempt(self.register).id)

    def test_warnings(self):
        self.assertFalse(self.register.warning)
        self._attempt(self.register, result="reached")
        invoice = self._invoice(120)
        receipt = self._outstanding_payment(55)
        self._register(receipt)
        self.register.invalidate_recordset(["warning"])
        for text in ("The client was reached", receipt.move_id.name, invoice.move_id.name, "120.00"):
            self.assertIn(text, self.register.warning)

    def test_it_warns_where_nobody_may_approve(self):
        """It is told before anything waits; who may approve can't ask for it as well."""
        self._leave_approvers(self.approver)
        self.assertFalse(self.register.with_user(self.clerk).warning)
        self.assertIn("nobody else has the right to", self.register.with_user(self.approver).warning)
        self._attempt(self.register)
        self.register.with_user(self.clerk).action_submit()
        self.assertFalse(self.register.with_user(self.approver).warning)
        self._leave_approvers()
        self.env.invalidate_all()
        self.assertIn("nobody else has the right to", self.register.with_user(self.clerk).warning)

    def test_after_the_hand_over(self):
        """A letter that comes back late is still logged; nobody is written to any more."""
        letter = self._attempt(self.register, kind="letter", result="sent")
        self.register.action_submit()
        self.register.with_user(self.approver).action_approve()
        self._attempt(self.register, kind="letter", result="bounced", corrects_id=letter.id)
        self.assertEqual(self.register.state, "handed_over")
        for act in (self.register.action_send_mail, self.register.action_print_letter):
            with self.assertRaisesRegex(UserError, "it is Handed Over"):
                act()


@tagged("post_install", "-at_install")
class TestDormantThief(ClientDormantCommon):
    """What somebody tries over RPC who wants money, or who wants an approval that is none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit_note = cls._credit_note(300)
        cls.register = cls._register(cls.credit_note)
        cls.attempt = cls._attempt(cls.register)
        cls.register.action_submit()
        cls.manager = cls._create_user(
            "refund_manager",
            "Mary Manager",
            "account.group_account_manager,client_refund.group_client_refund_administer",
        )
        cls.other_company = cls.setup_other_company()["company"]
        cls.stranger = cls._create_user(
            "refund_stranger",
            "Sam Stranger",
            "account.group_account_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.auditor = cls._create_user("refund_auditor", "Aud Auditor", "account.group_account_readonly")

    def _assert_refused(self, user, records, method, *args, error=UserError, **kwargs):
        before = self._ledger()
        with self.assertRaises(error), self.env.cr.savepoint():
            self._rpc(user, records, method, *args, **kwargs)
        self.assertEqual(self._ledger(), before)
        self.assertRecordValues(self.register, [{"state": "to_approve", "amount": 300, "user_id": self.clerk.id}])

    def test_nobody_approves_what_they_had_a_hand_in(self):
        """Neither who asked nor who logged an attempt, whatever their rights are."""
        self.clerk.group_ids |= self.env.ref("client_refund.group_client_refund_approve")
        self._assert_refused(self.clerk, self.register, "action_approve", error=UserError)
        self._rpc(self.manager, self.env["client.dormant.attempt"], "create", [{"register_id": self.register.id}])
        self._assert_refused(self.manager, self.register, "action_approve", error=UserError)
        self.assertFalse(self.register.with_user(self.manager).can_approve)
        self._rpc(self.approver, self.register, "action_approve")
        self.assertEqual(self.register.approver_id, self.approver)

    def test_approval_is_for_approvers(self):
        clerk = self._create_user("second_clerk", "Second Clerk", "account.group_account_invoice")
        self._assert_refused(clerk, self.register, "action_approve", error=AccessError)
        self._assert_refused(clerk, self.register, "action_reject", "No", error=AccessError)

    def test_approval_limit(self):
        self.env["client.refund.approval.limit"].create(
            {"user_id": self.approver.id, "company_id": self.company.id, "amount": 299}
        )
        with self.assertRaisesRegex(UserError, r"it is .*300\.00, and you may approve up to .*299\.00"):
            self.register.with_user(self.approver).action_approve()

    def test_fields_are_closed(self):
        for user in (self.clerk, self.approver, self.manager):
            for values in (
                {"state": "handed_over"},
                {"state": "contacting"},
                {"partner_id": self.other_client.id},
                {"amount": 1},
                {"date": "2020-01-01"},
                {"contributor_ids": [Command.clear()]},
                {"user_id": self.approver.id},
                {"approver_id": user.id},
                {"name": "DC/0"},
                {"account_id": self.unclaimed.id},
                {"line_ids": [Command.clear()]},
                {"attempt_ids": [Command.clear()]},
                {"move_ids": [Command.link(self.credit_note.move_id.id)]},
                {"attempt_count": 9},
            ):
                self._assert_refused(user, self.register, "write", values)
            self._assert_refused(
                user,
                self.register.browse(),
                "create",
                [{"partner_id": self.client.id, "company_id": self.company.id, "state": "to_approve"}],
            )
            self._assert_refused(user, self.register, "unlink")
            self._assert_refused(user, self.register, "copy")
            for method, *args in (
                ("write", {"amount": 1}),
                ("write", {"counterpart_id": False}),
                ("unlink",),
            ):
                self._assert_refused(user, self.register.line_ids, method, *args)
            self._assert_refused(
                user,
                self.register.line_ids.browse(),
                "create",
                [{"register_id": self.register.id, "move_line_id": self._credit_note(5).id}],
            )

    def test_a_context_from_outside_is_no_key(self):
        context = {"client_refund_workflow": True, "default_state": "contacting"}
        self._assert_refused(self.clerk, self.register, "write", {"state": "contacting"}, context=context)

    def test_attempts_are_not_faked(self):
        attempts = self.env["client.dormant.attempt"]
        given = {"register_id": self.register.id, "kind": "call"}
        for user in (self.clerk, self.manager):
            for values in ({"date": "2020-01-01"}, {"user_id": self.approver.id}, {"message_id": 1}):
                self._assert_refused(user, attempts, "create", [{**given, **values}])
                self._assert_refused(user, self.attempt, "write", values)
            self._assert_refused(user, self.attempt, "write", {"result": "reached"})
            self._assert_refused(user, self.attempt, "unlink")
        with self.assertRaisesRegex(UserError, "evidence"), self.env.cr.savepoint():
            self.attempt.sudo().unlink()
        defaults = {"default_date": "2020-01-01", "default_user_id": self.approver.id}
        made = attempts.browse(self._rpc(self.clerk, attempts, "create", [given], context=defaults))
        self.assertEqual(made.user_id, self.clerk)
        self.assertGreater(made.date, self.register.create_date.replace(year=2021))

    def test_account_of_the_settings(self):
        """Only who may change settings names the account, and none of another company."""
        for user in (self.clerk, self.approver):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._rpc(user, self.company, "write", {"client_refund_unclaimed_account_id": self.revenue.id})
        strange = self.env["account.account"].search(
            [("company_ids", "in", self.other_company.ids), ("account_type", "=", "liability_current")], limit=1
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.company.client_refund_unclaimed_account_id = strange

    def test_account_changed_after_the_approval(self):
        """What is handed over stays where it is."""
        self.register.with_user(self.approver).action_approve()
        self.company.client_refund_unclaimed_account_id = self.unclaimed.copy({"code": "259998"})
        self.assertEqual(self._get_unclaimed(self.register).balance, -300)
        self.register.with_user(self.approver).action_undo("The client wrote")
        self.assertEqual(self.credit_note.amount_residual, -300)

    def test_other_company_sees_nothing(self):
        for model in ("client.dormant.credit", "client.dormant.credit.line", "client.dormant.attempt"):
            self.assertFalse(self.env[model].with_user(self.stranger).search([]))
        for method, *args in (
            ("read", ["amount"]),
            ("action_submit",),
            ("action_approve",),
            ("action_withdraw",),
            ("action_print_letter",),
            ("action_undo", "Mine"),
        ):
            self._assert_refused(self.stranger, self.register, method, *args, error=AccessError)
        self._assert_refused(
            self.stranger, self.env["client.dormant.attempt"], "create", [{"register_id": self.register.id}]
        )

    def test_auditor_reads_and_changes_nothing(self):
        register = self.register.with_user(self.auditor)
        self.assertEqual(register.amount, 300)
        self.assertEqual(register.attempt_ids.result, "no_answer")
        self.assertEqual(register.line_ids.amount, 300)
        self.assertFalse(register.warning)
        for method, *args in (
            ("action_withdraw",),
            ("action_approve",),
            ("action_undo", "Mine"),
            ("write", {"date": False}),
        ):
            self._assert_refused(self.auditor, self.register, method, *args)
        self._assert_refused(
            self.auditor, self.env["client.dormant.attempt"], "create", [{"register_id": self.register.id}]
        )

    def test_approvers_read_how_much_and_for_whom(self):
        subject = f"{self.register._format_amount()} of {self.client.name}, asked for by Claire Clerk"
        activity = self.register.activity_ids.filtered(lambda activity: activity.user_id == self.approver)
        self.assertIn(subject, activity.summary)
        self.assertIn(f"/odoo/client.dormant.credit/{self.register.id}", activity.note)
        self.assertIn("Every hand-over needs approval.", activity.note)

    def test_who_asked_hears_of_an_approval(self):
        self._rpc(self.approver, self.register, "action_approve")
        messages = self.env["mail.message"].sudo()  # hers, not the test's
        mail = messages.search(
            [("message_type", "=", "user_notification"), ("partner_ids", "in", self.clerk.partner_id.ids)]
        )
        self.assertEqual(mail.subject, f"Paula Partner approved: {self.register.name}")

    def test_reject(self):
        self._rpc(self.approver, self.register, "action_reject", "Call them first")
        self.assertEqual(self.register.state, "contacting")
        self.assertRecordValues(self.register.activity_ids, [{"user_id": self.clerk.id}])
