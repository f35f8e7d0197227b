from unittest.mock import patch

from markupsafe import escape

from odoo import SUPERUSER_ID, Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_portal import PortalRequestCase


@tagged("post_install", "-at_install")
class TestPortalRequest(PortalRequestCase):
    """A client asks for a refund: a draft of what is refundable, to the client's own account, approved in any case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payment = cls._payment(50)

    def assertRefused(self, response, words):
        self.assertShown(response, words)
        self.assertFalse(self._requests())
        self.assertEqual(self.credit_note.amount_refundable, 300)

    # -------------------------------------------------------------------------
    # A request
    # -------------------------------------------------------------------------

    def test_request_is_a_draft_of_all_that_is_refundable(self):
        self._draft({self.credit_note: 100})
        page = self._get("/my/refunds", self.user)
        self.assertShown(page, "250.00", self.credit_note.move_id.name, "7034", "Ask for Refund")
        self.assertNotShown(page, "BE68539007547034", "NL91ABNA0417164300", "4300")

        refund = self._request()
        self.assertRecordValues(
            refund,
            [
                {
                    "state": "draft",
                    "partner_id": self.client.id,
                    "company_id": self.company.id,
                    "amount": 250,
                    "partner_bank_id": self.account.id,
                    "journal_id": self.bank.id,
                    "user_id": self.clerk.id,
                    "contributor_ids": self.user.ids,
                    "create_uid": self.user.id,
                }
            ],
        )
        self.assertEqual(
            {line.move_line_id: line.amount for line in refund.line_ids}, {self.credit_note: 200, self.payment: 50}
        )
        self.assertFalse(self.credit_note.amount_refundable)
        page = self._get(refund.access_url, self.user)
        self.assertShown(page, "Received, in review", "250.00", "7034")
        self.assertNotShown(page, self.clerk.name)

    def test_handler_is_told(self):
        refund = self._request(message="I <b>moved</b>.\nHurry")
        self.assertRecordValues(refund.activity_ids, [{"user_id": self.clerk.id}])
        said = "I &lt;b&gt;moved&lt;/b&gt;.<br>Hurry"
        self.assertEqual(refund.activity_ids.note, f"<p>$&nbsp;350.00 to {escape(self.client.name)}<br>{said}</p>")
        message = refund.message_ids.filtered(lambda message: message.message_type == "comment")
        self.assertRecordValues(message, [{"author_id": self.client.id, "body": f"<p>{said}</p>"}])
        self.assertIn("Requested on the portal.", "".join(refund.message_ids.mapped("body")))
        self.assertNotIn(self.client, refund.message_partner_ids)
        self.assertNotIn(self.contact, refund.message_partner_ids)

    def test_client_reads_nothing_of_colleagues_by_rpc(self):
        refund = self._request(message="Hurry")
        refund.with_user(self.clerk).message_post(body="A difficult client", subtype_xmlid="mail.mt_comment")
        of_refund = [("model", "=", refund._name), ("res_id", "=", refund.id)]
        messages = self.env["mail.message"].sudo().search(of_refund)
        readable = messages.filtered(lambda message: message.with_user(self.user).has_access("read"))
        self.assertIn("Hurry", "".join(readable.mapped("body")))
        for words in (self.clerk.name, "difficult"):
            self.assertIn(words, "".join(messages.mapped("body")))
            self.assertNotIn(words, "".join(readable.mapped("body")))
        with self.assertRaises(AccessError):
            refund.activity_ids.with_user(self.user).read(["note"])

    def test_contact_asks_for_the_client(self):
        self.assertSentAway(self._ask(self.contact_user), f"/my/refunds/{self._requests().id}")
        refund = self._requests()
        self.assertEqual((refund.partner_id, refund.contributor_ids), (self.client, self.contact_user))
        self.assertShown(self._get(refund.access_url, self.user), "Received")

    def test_open_invoices_are_settled_first_where_the_policy_says_so(self):
        invoice = self._invoice(120)
        self.company.client_refund_offset_policy = "require"
        self.assertShown(self._get("/my/refunds", self.user), "230.00", "120.00", invoice.move_id.name)
        refund = self._request()
        self.assertRecordValues(refund, [{"amount_credit": 350, "amount_offset": 120, "amount": 230}])
        refund.with_user(self.clerk).action_submit()
        self.assertEqual((refund._is_issued(), invoice.amount_residual), (True, 0))

    def test_nothing_is_offered_where_all_settles_invoices(self):
        self._invoice(350)
        self.company.client_refund_offset_policy = "propose"
        self.assertNotShown(self._get("/my/refunds", self.user), "Ask for Refund")
        self.assertRefused(self._ask(), "There is nothing to refund")

    def test_each_currency_is_asked_for_on_its_own(self):
        currency = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        self._credit_note(80, currency=currency)
        first = self._request()
        self.assertEqual(first.amount, 350)
        self._request(currency_id=currency.id)
        self.assertEqual(sorted((self._requests() - first).mapped("amount")), [80])

    # -------------------------------------------------------------------------
    # Who looks at it
    # -------------------------------------------------------------------------

    def test_handler_of_the_company(self):
        self.client.user_id = self.approver
        self.assertEqual(self._request().user_id, self.clerk)

    def test_salesperson_where_the_handler_left(self):
        self.client.user_id = self.approver
        self.clerk.active = False
        self.assertEqual(self._request().activity_ids.user_id, self.approver)

    def test_somebody_who_may(self):
        self.company.client_refund_request_user_id = self.employee
        self.client.user_id = self.employee
        handler = self._request().activity_ids.user_id
        self.assertTrue(handler.has_group("client_refund.group_client_refund_prepare"))
        self.assertIn(self.company, handler.company_ids)

    def test_administrator_where_nobody_prepares_refunds(self):
        users = self.env.ref("client_refund.group_client_refund_prepare").all_user_ids
        users.filtered(lambda user: self.company in user.company_ids).with_user(SUPERUSER_ID).active = False
        administrator = self._create_user("refund_administrator", "Ada Administrator", "base.group_system")
        [activity] = self._request(message="Hurry").activity_ids
        self.assertEqual(activity.user_id, administrator)
        self.assertIn("Hurry", activity.note)
        self.assertIn("Give a user of the company the right Prepare", activity.note)
        self.assertEqual(activity.with_user(administrator).summary, "Review the client's request")

    def test_done_when_it_is_submitted_or_declined(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._request()
        refund.with_user(self.clerk).action_submit()
        self.assertEqual(refund.activity_ids.activity_type_id, self.env.ref("client_refund.mail_activity_approval"))
        refund.with_user(self.clerk).action_undo("Not yet")
        again = self._request()
        (again - refund).with_user(self.clerk).action_undo("Our fault, they say")
        self.assertFalse((again | refund).activity_ids)
        page = self._get((again - refund).access_url, self.user)
        self.assertShown(page, "Declined")
        self.assertNotShown(page, "Our fault")

    def test_can_not_be_lost(self):
        refund = self._request()
        with self.assertRaisesRegex(UserError, "Decline it instead"):
            refund.with_user(self.clerk).unlink()

    # -------------------------------------------------------------------------
    # Nobody takes it from under the client
    # -------------------------------------------------------------------------

    def test_lines_are_not_changed_on_their_own(self):
        refund = self._request().with_user(self.clerk)
        line, invoice = refund.line_ids[0], self._invoice(10)
        for act in (
            lambda: line.unlink(),
            lambda: line.write({"amount": 1}),
            lambda: line.write({"move_line_id": self._credit_note(1).id}),
            lambda: line.create({"refund_id": refund.id, "move_line_id": self._credit_note(5).id}),
            lambda: refund.offset_ids.create({"refund_id": refund.id, "move_line_id": invoice.id}),
        ):
            with (
                self.assertRaisesRegex(UserError, "Choose Change to change what it pays, or Decline"),
                self.env.cr.savepoint(),
            ):
                act()
        self.assertEqual((refund.amount, len(refund.line_ids)), (350, 2))
        self.assertFalse(self.credit_note.amount_refundable)

    def test_lines_can_not_be_emptied(self):
        refund = self._request().with_user(self.clerk)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            refund.write({"line_ids": [Command.clear()]})
        self.assertEqual(refund.amount, 350)

    def test_what_is_changed_is_seen_by_the_client(self):
        refund = self._request()
        wizard = self._opened(refund.with_user(self.clerk).action_edit())
        wizard.line_ids.filtered(lambda line: line.move_line_id == self.payment).selected = False
        wizard.action_save_draft()
        self.assertRecordValues(refund, [{"amount": 300, "amount_requested": 350, "is_client_request": True}])
        self.assertShown(self._get(refund.access_url, self.user), "300.00", "You Asked For $ 350.00")

    def test_given_to_another_client(self):
        refund = self._request(message="My secret")
        token = refund._portal_ensure_token()
        credit = self._credit_note(55, partner=self.other_client)
        refund.with_user(self.clerk).write(
            {
                "partner_id": self.other_client.id,
                "partner_bank_id": self.other_account.id,
                "line_ids": [Command.clear(), Command.create({"move_line_id": credit.id})],
            }
        )
        self.assertRecordValues(refund, [{"is_client_request": False, "access_token": False, "amount_requested": 0}])
        self.assertFalse(refund.activity_ids)
        for user in (self.user, self.other_user):
            self.assertSentAway(self._get(refund.access_url, user))
            self.assertSentAway(self._get(f"{refund.access_url}?access_token={token}", user))
        self.assertShown(self._get("/my/refunds", self.user), "350.00", "Ask for Refund")
        refund.with_user(self.clerk).action_submit()
        self.assertShown(self._get(refund.access_url, self.other_user), "55.00")
        self.assertFalse(self._fetch(refund, self.other_user))

    def test_given_to_a_contact_of_the_client(self):
        refund = self._request()
        refund.with_user(self.clerk).write({"partner_id": self.contact.id})
        self.assertTrue(refund.is_client_request and refund.activity_ids)

    # -------------------------------------------------------------------------
    # Approval
    # -------------------------------------------------------------------------

    def test_a_clerk_looks_at_it_first(self):
        """A draft with an activity, whatever the policy; paid when the clerk says so, where that needs no approval."""
        for policy in ("never", "risk"):
            with self.subTest(policy=policy):
                self.company.client_refund_approval_policy = policy
                before = self._requests()
                refund = self._request() - before
                self.assertEqual((refund.state, refund.activity_ids.user_id), ("draft", self.clerk))
                refund.with_user(self.clerk).action_submit()
                self.assertTrue(refund._is_issued())
                self.assertFalse(refund.activity_ids)
                refund.with_user(self.clerk).action_undo("Next")

    def test_approval_is_what_the_policy_says(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._request()
        refund.with_user(self.approver).action_submit()
        self.assertEqual(refund.state, "to_approve")
        self.assertEqual(refund.approval_reason, "Every refund needs approval.")
        self.assertNotShown(self._get(refund.access_url, self.user), "approv")
        with self.assertRaisesRegex(UserError, "you asked for it or changed it"), self.env.cr.savepoint():
            refund.with_user(self.approver).action_approve()
        partner = self._create_user("other_approver", "Otto Owner", "client_refund.group_client_refund_approve")
        refund.with_user(partner).action_approve()
        self.assertEqual(refund.payment_ids.amount, 350)
        self.assertEqual(refund.payment_ids.partner_bank_id, self.account)
        self.assertNotShown(self._get(refund.access_url, self.user), "Received")

    def test_changed_it_is_what_the_client_asked_for_all_the_same(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._request()
        self._opened(refund.with_user(self.clerk).action_edit()).action_refund()
        self.assertRecordValues(refund, [{"state": "to_approve", "is_client_request": True, "user_id": self.clerk.id}])

    def test_flag_is_closed(self):
        refund = self._request()
        with self.assertRaises(UserError):
            refund.with_user(self.clerk).is_client_request = False
        with self.assertRaises(UserError):
            self._draft({self._credit_note(1): None}, is_client_request=True)

    def test_untrusted_account_is_a_risk(self):
        self.account.allow_out_payment = False
        refund = self._request()
        refund.with_user(self.clerk).action_submit()
        self.assertIn("untrusted_account", refund.risks)
        self.assertNotShown(self._get(refund.access_url, self.user), "trusted")

    # -------------------------------------------------------------------------
    # Refused
    # -------------------------------------------------------------------------

    def test_account_must_be_the_clients_own(self):
        company_account = self._bank_account("DE02120300000000202051", partner=self.company.partner_id)
        own_number = self._bank_account("DE02120300000000202051")
        archived = self._bank_account("FR7630006000011234567890189", active=False)
        for account in (self.other_account, company_account, own_number, archived):
            with self.subTest(account=account.acc_number):
                self.assertRefused(self._ask(partner_bank_id=account.id), "Choose one of your bank accounts.")
        for value in ("", "0", "x", "-1", "9" * 30, f"{self.account.id},{self.other_account.id}"):
            with self.subTest(value=value):
                self.assertRefused(self._ask(partner_bank_id=value), "Choose one of your bank accounts.")

    def test_no_account_on_file(self):
        self.account.active = False
        page = self._get("/my/refunds", self.user)
        self.assertShown(page, "We do not know your bank account")
        self.assertNotShown(page, "Ask for Refund")

    def test_setting_off(self):
        self.company.client_refund_portal_request = False
        self.assertNotShown(self._get("/my/refunds", self.user), "Ask for Refund", "300.00")
        self.assertRefused(self._ask(), "There is nothing to refund")

    def test_branch_follows_its_root(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.user.company_ids = [Command.link(branch.id)]
        entry = self.env["account.move"].create({**self._prepare_entry_vals(20), "company_id": branch.id})
        entry.action_post()
        self.assertSentAway(self._ask(company_id=branch.id), f"/my/refunds/{self._requests().id}")
        self.assertRecordValues(self._requests(), [{"company_id": branch.id, "amount": 20}])

    def test_other_company(self):
        other = self.setup_other_company()
        other["company"].client_refund_portal_request = True
        self.assertRefused(self._ask(company_id=other["company"].id), "There is nothing to refund")
        # what the client is owed there is not for who has no login there
        self.user.write({"company_ids": [Command.set(other["company"].ids)], "company_id": other["company"].id})
        self.assertRefused(self._ask(), "There is nothing to refund")

    def test_other_client_gets_nothing_of_it(self):
        self.assertNotShown(self._get("/my/refunds", self.other_user), "Ask for Refund")
        self.assertRefused(
            self._ask(self.other_user, partner_bank_id=self.other_account.id), "There is nothing to refund"
        )

    def test_browser_chooses_no_amounts(self):
        refund = self._request(
            amount="9999", partner_id=self.other_client.id, line_ids="[]", state="paid", user_id=self.user.id
        )
        self.assertRecordValues(
            refund, [{"amount": 350, "partner_id": self.client.id, "state": "draft", "user_id": self.clerk.id}]
        )

    def test_without_csrf_token(self):
        self.assertEqual(self._ask(csrf=False).status_code, 400)
        self._get(
            f"/my/refunds?company_id={self.company.id}&currency_id={self.currency.id}"
            f"&partner_bank_id={self.account.id}",
            self.user,
        )
        self.assertFalse(self._requests())

    def test_without_login(self):
        self.assertSentAway(self._ask(self.env["res.users"]), "/web/login")
        self.assertFalse(self._requests())

    def test_blocked_client(self):
        self.contact.write({"client_refund_blocked": True, "client_refund_block_reason": "In court"})
        self.assertNotShown(self._get("/my/refunds", self.user), "Ask for Refund", "In court")
        response = self._ask()
        self.assertRefused(response, "There is nothing to refund")
        self.assertNotShown(response, "In court")

    def test_what_is_held_back_is_not_offered(self):
        excluded = self.receivable.copy()
        self.company.client_refund_excluded_account_ids = excluded
        self._entry(40, account=excluded)
        self._outstanding_payment(60)
        self._credit_note(70).move_id.payment_state = "blocked"
        self.assertEqual(self._request().line_ids.move_line_id, self.credit_note | self.payment)

    def test_second_request(self):
        refund = self._request()
        self._credit_note(10)
        page = self._ask()
        self.assertShown(page, "We are already reviewing your request")
        self.assertNotShown(page, "Ask for Refund")
        self.assertEqual(self._requests(), refund)
        refund.with_user(self.clerk).action_undo("Asked twice")
        self._ask()
        self.assertEqual(len(self._requests()), 2)

    def test_message_too_long(self):
        self.assertRefused(self._ask(message="x" * 1001), "Your message is too long")
        self.assertEqual(len(self._request(message="x" * 1000 + " \0 ")), 1)

    def test_what_is_wrong_inside_is_not_told(self):
        for method in ("_reserve", "_get_request_handler"):
            with (
                self.subTest(method=method),
                patch.object(type(self.env["client.refund"]), method, side_effect=UserError("The clerk was drunk")),
                self.assertLogs("odoo.addons.client_refund_portal.models.client_refund_request", "WARNING"),
            ):
                response = self._ask()
                self.assertNotShown(response, "drunk")
                self.assertRefused(response, "We could not receive your request")
                self.assertFalse(self.env["client.refund"].search([("partner_id", "=", self.client.id)]))
