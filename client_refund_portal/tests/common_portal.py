from lxml.html import fromstring

from odoo.http import Request
from odoo.tests import HttpCase, new_test_user

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
            values["csrf_token"] = Request.csrf_token(self)
        return self.url_open("/my/refunds", data=values, allow_redirects=False)

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
