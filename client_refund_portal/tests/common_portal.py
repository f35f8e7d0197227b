from lxml.html import fromstring

from odoo.http import Request
from odoo.tests import HttpCase, new_test_user
from odoo.tools import html2plaintext

from odoo.addons.client_refund.tests.common import ClientRefundCommon


class PortalHttpCase(ClientRefundCommon, HttpCase):
    """Two clients with a login on the portal, a contact of the first one, and a colleague who is not in accounting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls._create_client("Ann Alder", parent_id=cls.client.id)
        cls.account = cls._bank_account("BE68539007547034")
        cls.other_account = cls._bank_account("NL91ABNA0417164300", partner=cls.other_client)
        cls.user = cls._portal_user("client_alder", cls.client)
        cls.contact_user = cls._portal_user("client_ann", cls.contact)
        cls.other_user = cls._portal_user("client_birch", cls.other_client)
        cls.employee = cls._create_user("refund_employee", "Emil Employee", "base.group_user")

    @classmethod
    def _portal_user(cls, login, partner, **values):
        values = {"company_id": cls.company.id, "company_ids": cls.company.ids, **values}
        return new_test_user(
            cls.env, login=login, name=partner.name, groups="base.group_portal", partner_id=partner.id, **values
        )

    def _get(self, path, user=None):
        """What a browser gets, logged in as a user or not at all."""
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(path, allow_redirects=False)

    def _post(self, user, *, csrf=True, **values):
        """What a browser gets that asks for a refund.

        :return: response of the server, without going on to where that leads
        """
        self.authenticate(user and user.login, user and user.login)
        if csrf:
            values["csrf_token"] = self._csrf_token()
        return self.url_open("/my/refunds", data=values, allow_redirects=False)

    def _csrf_token(self):
        return Request.csrf_token(self)

    def _read(self, response):
        """The text of the page's main part, as it is read."""
        main = fromstring(response.text).find(".//main")
        return " ".join(main.text_content().replace("\xa0", " ").split())

    def assertShown(self, response, *texts):
        self.assertEqual(response.status_code, 200)
        for text in texts:
            self.assertIn(text, self._read(response))

    def assertNotShown(self, response, *texts):
        self.assertEqual(response.status_code, 200)
        for text in texts:
            self.assertNotIn(text, self._read(response))

    def assertSentAway(self, response, path="/my"):
        self.assertEqual(response.status_code, 303)
        self.assertURLEqual(response.headers["Location"].partition("?")[0], path)

    def _fetch(self, refund, user=None, **keys):
        """The messages that a browser shows to a user beside a refund, as texts, the oldest first."""
        self.authenticate(user and user.login, user and user.login)
        found = self.make_jsonrpc_request(
            "/mail/chatter_fetch", {"thread_model": refund._name, "thread_id": refund.id, **keys}
        )
        return [html2plaintext(message["body"][1]) for message in reversed(found["data"]["mail.message"])]

    def _say(self, refund, body, user=None, keys=None, **post_data):
        """Post a message in the browser of a user beside a refund.

        :return: mail.message
        """
        self.authenticate(user and user.login, user and user.login)
        post_data = {"body": body, "message_type": "comment", "subtype_xmlid": "mail.mt_comment", **post_data}
        thread = {"thread_model": refund._name, "thread_id": refund.id}
        posted = self.make_jsonrpc_request("/mail/message/post", {**thread, "post_data": post_data, **(keys or {})})
        return self.env["mail.message"].browse(posted["message_id"])


class PortalRequestCase(PortalHttpCase):
    """A client who may ask for what a credit note left open, and a clerk who looks at it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"client_refund_portal_request": True, "client_refund_request_user_id": cls.clerk.id})
        cls.credit_note = cls._credit_note(300)

    def _ask(self, user=None, **values):
        """What the browser of a user gets who asks for all that is open, with other values where some are given."""
        values = {
            "company_id": self.company.id,
            "currency_id": self.currency.id,
            "partner_bank_id": self.account.id,
            **values,
        }
        return self._post(self.user if user is None else user, **values)

    def _requests(self):
        return self.env["client.refund"].search([("is_client_request", "=", True)])

    def _request(self, **values):
        self.assertSentAway(self._ask(**values), f"/my/refunds/{self._requests()[:1].id}")
        return self._requests()
