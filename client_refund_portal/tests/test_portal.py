from lxml.html import fromstring

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import format_date, mute_logger

from odoo.addons.portal.controllers.portal import CustomerPortal

from .common_portal import PortalHttpCase


@tagged("post_install", "-at_install")
class TestPortal(PortalHttpCase):
    """A client sees what was paid back, in plain words; nobody else's, and nothing that is for colleagues."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(30)
        cls.credit_note = cls._credit_note(300)
        cls.refund = cls._refund(
            {cls.credit_note: 100},
            partner_bank_id=cls.account.id,
            offset_ids=[(0, 0, {"move_line_id": cls.invoice.id})],
        )
        cls.other_refund = cls._refund(
            {cls._credit_note(77, partner=cls.other_client): None},
            partner_id=cls.other_client.id,
            partner_bank_id=cls.other_account.id,
        )

    # -------------------------------------------------------------------------
    # What is shown
    # -------------------------------------------------------------------------

    def test_client_sees_the_refund(self):
        self.refund.message_post(body="A difficult client")
        page = self._get(self.refund.access_url, self.user)
        self.assertShown(page, self.refund.name, "70.00", "On its way", "7034")
        self.assertShown(page, self.credit_note.move_id.name, "100.00", self.invoice.move_id.name, "30.00")
        self.assertNotShown(page, "BE68539007547034", "A difficult client", self.clerk.name)
        self.assertShown(self._get("/my/refunds", self.user), self.refund.name, "70.00", "On its way")

    def test_credits_in_plain_words(self):
        payment, entry = self._payment(20, date="2024-03-05"), self._entry(10)
        refund = self._refund({payment: None, entry: None, self.credit_note: 5}, partner_bank_id=self.account.id)
        page = self._get(refund.access_url, self.user)
        self.assertShown(
            page,
            f"Credit note {self.credit_note.move_id.name} of Mar 1, 2024",
            "Payment of Mar 5, 2024",
            f"Credit of {format_date(self.env, entry.date, date_format='medium')}",
        )
        self.assertNotShown(page, payment.move_id.name, entry.move_id.name)

    def test_contact_sees_what_the_client_sees(self):
        self.assertShown(self._get(self.refund.access_url, self.contact_user), "70.00")
        self.assertShown(self._get("/my/refunds", self.contact_user), self.refund.name)

    def test_archived_client_is_seen_by_its_contact(self):
        self.user.active = False
        self.client.active = False
        self.assertShown(self._get("/my/refunds", self.contact_user), self.refund.name)

    def test_blocked_client_sees_what_was_refunded(self):
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In court"})
        page = self._get("/my/refunds", self.user)
        self.assertShown(page, self.refund.name)
        self.assertNotShown(page, "In court", "blocked")

    def test_home(self):
        self.authenticate(self.user.login, self.user.login)
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["client_refund_count"]})
        self.assertEqual(counters, {"client_refund_count": 1})
        self.assertIn('href="/my/refunds"', self.url_open("/my").text)

    def test_what_became_of_it(self):
        statuses = {}
        for act, keep in (
            (lambda refund: refund.action_undo("Paid by mistake, our fault"), "Canceled"),
            (lambda refund: refund.action_return("Account closed, they say"), "Returned by your bank"),
        ):
            refund = self._refund({self.credit_note: 10}, partner_bank_id=self.account.id)
            act(refund)
            page = self._get(refund.access_url, self.user)
            self.assertShown(page, keep)
            self.assertNotShown(page, "our fault", "they say", "On its way")
            statuses[refund.name] = keep
        self.assertShown(self._get("/my/refunds?filterby=canceled", self.user), *statuses)

    def test_paid_out_where_somebody_says_so(self):
        self.assertShown(self._get(self.refund.access_url, self.user), "On its way")
        self.refund.action_mark_paid()
        self.assertShown(self._get(self.refund.access_url, self.user), "Paid out")

    def test_settled_only(self):
        invoice = self._invoice(20)
        refund = self._refund({self.credit_note: 20}, offset_ids=[(0, 0, {"move_line_id": invoice.id})])
        self.assertShown(self._get(refund.access_url, self.user), "Settled with your invoices")
        refund.action_undo("Wrong invoice")
        self.assertShown(self._get(refund.access_url, self.user), "Canceled")

    def test_filter_and_sort(self):
        undone = self._refund({self.credit_note: 10})
        undone.action_undo("Wrong client")
        self.assertShown(self._get("/my/refunds?filterby=in_process", self.user), self.refund.name)
        self.assertNotShown(self._get("/my/refunds?filterby=in_process", self.user), undone.name)
        by_amount = self._read(self._get("/my/refunds?sortby=amount", self.user))
        self.assertLess(by_amount.index(self.refund.name), by_amount.index(undone.name))
        self.assertShown(self._get("/my/refunds?sortby=partner_id&filterby=x", self.user), undone.name)

    def test_pages(self):
        newer = self._refund({self.credit_note: 10}, date="2024-04-02")
        self.patch(CustomerPortal, "_items_per_page", 1)
        first, second = (self._get(f"/my/refunds{page}", self.user) for page in ("", "/page/2"))
        self.assertShown(first, newer.name)
        self.assertIn('href="/my/refunds/page/2?', first.text)
        self.assertNotShown(first, self.refund.name)
        self.assertShown(second, self.refund.name)
        self.assertNotShown(second, newer.name)

    # -------------------------------------------------------------------------
    # What is not
    # -------------------------------------------------------------------------

    def _assert_hidden(self, refund, *users):
        for user in users:
            for path in (refund.access_url, f"{refund.access_url}?report_type=pdf&download=true"):
                with self.subTest(user=user.name, path=path):
                    self.assertSentAway(self._get(path, user))
            if user:
                self.assertNotShown(self._get("/my/refunds", user), refund.name)

    def test_others_see_nothing(self):
        nobody = self.env["res.users"]
        self._assert_hidden(self.refund, self.other_user, self.employee, nobody)
        self._assert_hidden(self.other_refund, self.user, self.contact_user)

    def test_no_such_refund(self):
        self.assertSentAway(self._get("/my/refunds/2000000000", self.user))
        self.assertSentAway(self._get("/my/refunds/2000000000?access_token=x", self.user))

    def test_list_needs_a_login(self):
        self.assertSentAway(self._get("/my/refunds"), "/web/login")

    def test_what_is_not_issued_is_not_shown(self):
        self.company.client_refund_approval_policy = "always"
        draft = self._draft({self.credit_note: 10})
        waiting = self._submit({self.credit_note: 11})
        rejected = self._submit({self.credit_note: 12})
        rejected.with_user(self.approver).action_reject("Not now")
        for refund, state in ((draft, "draft"), (waiting, "to_approve"), (rejected, "canceled")):
            self.assertEqual(refund.state, state)
            self._assert_hidden(refund, self.user)
            self.assertSentAway(self._get(f"{refund.access_url}?access_token={refund._portal_ensure_token()}"))

    def test_other_company(self):
        """As with invoices, a login shows what the companies of the user say."""
        other = self.setup_other_company()["company"]
        stranger = self._portal_user(
            "client_abroad",
            self._create_client("Al Abroad", parent_id=self.client.id),
            company_id=other.id,
            company_ids=other.ids,
        )
        self._assert_hidden(self.refund, stranger)

    # -------------------------------------------------------------------------
    # Links
    # -------------------------------------------------------------------------

    def test_link_opens_one_refund(self):
        token = self.refund._portal_ensure_token()
        for user in (self.env["res.users"], self.other_user):
            self.assertShown(self._get(f"{self.refund.access_url}?access_token={token}", user), "70.00")
            for wrong in ("x", "", token[:-1], self.other_refund._portal_ensure_token()):
                self.assertSentAway(self._get(f"{self.refund.access_url}?access_token={wrong}", user))
        self.assertSentAway(self._get(f"{self.other_refund.access_url}?access_token={token}"))

    def test_notice(self):
        self.authenticate(self.user.login, self.user.login)
        page = fromstring(self.url_open(self.refund.access_url).text)
        [link] = page.xpath("//a[contains(@href, 'report_type=pdf')]/@href")
        for path, user in (
            (link, self.user),
            (link, self.contact_user),
            (f"{link}&access_token={self.refund._portal_ensure_token()}", self.env["res.users"]),
        ):
            response = self._get(path, user)
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Content-Type"], "application/pdf")
            self.assertIn(self.refund.name.replace("/", "_"), response.headers["Content-Disposition"])

    def test_notice_of_others_is_refused_by_the_report_too(self):
        for kind in ("html", "pdf"):
            path = f"/report/{kind}/client_refund.report_client_refund_notice/{self.refund.id}"
            for user in (self.user, self.other_user, self.employee):
                with mute_logger("odoo.http"):
                    response = self._get(path, user)
                self.assertNotEqual(response.status_code, 200)
                self.assertNotIn(self.credit_note.move_id.name, response.text)

    def test_link_in_the_mail(self):
        self.client.email = "office@alder.example.com"
        self.refund._send_notice()
        [mail] = self.env["mail.mail"].search([("model", "=", self.refund._name), ("res_id", "=", self.refund.id)])
        [link] = fromstring(mail.body_html).xpath("//a[contains(@href, '/mail/view?')]/@href")
        self.authenticate(None, None)
        page = self.url_open(link[link.index("/mail/view?") :])
        self.assertShown(page, self.refund.name, "70.00")

    def test_link_is_void_where_the_client_changes(self):
        draft = self._draft({self.credit_note: 10})
        token = draft._portal_ensure_token()
        draft.write({"partner_id": self.contact.id})
        self.assertEqual(draft.access_token, token)
        credit = self._credit_note(55, partner=self.other_client)
        lines = [Command.clear(), Command.create({"move_line_id": credit.id})]
        draft.write({"partner_id": self.other_client.id, "partner_bank_id": self.other_account.id, "line_ids": lines})
        draft.action_post()
        self.assertSentAway(self._get(f"{draft.access_url}?access_token={token}"))

    def test_refund_without_a_link(self):
        self.assertFalse(self.refund.access_token)
        self.assertSentAway(self._get(f"{self.refund.access_url}?access_token="))
        self.assertSentAway(self._get(f"{self.refund.access_url}?access_token=False"))

    def test_nobody_chooses_the_token(self):
        with self.assertRaises(UserError):
            self.refund.with_user(self.clerk).access_token = "1234"
        with self.assertRaises(UserError):
            self._draft({self.credit_note: 1}, access_token="1234")

    # -------------------------------------------------------------------------
    # By RPC
    # -------------------------------------------------------------------------

    def test_client_has_no_right_on_the_models(self):
        records = (
            self.refund,
            self.refund.line_ids,
            self.refund.offset_ids,
            self.env["client.credit"].search([("partner_id", "=", self.client.id)]),
            self.env["client.refund.reason"].search([], limit=1),
        )
        for record in records:
            self.assertTrue(record)
            for call in (("read", ["display_name"]), ("search_read", []), ("search_count", [])):
                target = record if call[0] == "read" else record.browse()
                with self.subTest(model=record._name, method=call[0]), self.assertRaises(AccessError):
                    self._rpc(self.user, target, *call)
        for method in ("get_portal_url", "action_undo", "action_submit", "action_approve", "action_decline"):
            with self.assertRaises(AccessError):
                self._rpc(
                    self.user, self.refund, method, *(["Mine"] if method in ("action_undo", "action_decline") else [])
                )
        with self.assertRaises(AccessError):
            self._rpc(self.user, self.refund.browse(), "create_refund", {"partner_id": self.client.id})
        for model in ("client.refund.wizard", "client.refund.decline"):
            with self.assertRaises(AccessError):
                self._rpc(self.user, self.env[model], "create", {})
        for records in (self.client, self.company):
            known = [name for name in records.with_user(self.user).fields_get() if name.startswith("client_refund")]
            self.assertFalse(known)
