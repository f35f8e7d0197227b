from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.client_refund.tools.workflow import with_workflow

from .common_portal import PortalRequestCase


@tagged("post_install", "-at_install")
class TestPortalAnswer(PortalRequestCase):
    """What becomes of a request: the client reads it on the portal, and in one mail for each step."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.email = "office@alder.example.com"
        cls.contact.email = "ann@alder.example.com"

    def _mails(self, refund):
        """The subjects of the mails about a refund to its client, in the order in which they were made, and whom to."""
        mails = self._find_mails(refund)
        prefix = f"{self.company.name}: "
        return [(mail.subject.removeprefix(prefix), mail.recipient_ids.sudo(False)) for mail in mails]

    def _find_mails(self, refund):
        of_refund = [("model", "=", refund._name), ("res_id", "=", refund.id)]
        mails = self.env["mail.mail"].sudo().search(of_refund, order="id")
        return mails.filtered(lambda mail: mail.recipient_ids.commercial_partner_id == self.client)

    def _mail_text(self, refund):
        return self._find_mails(refund)[-1].body_html

    def _send_notices(self):
        for refund in self.env["client.refund"].search([("notice_step", "=", "to_send")]):
            refund._send_notice()

    # -------------------------------------------------------------------------
    # Received
    # -------------------------------------------------------------------------

    def test_thanks_and_next_step(self):
        refund = self._request(message="I <b>moved</b>")
        page = self._get(refund.access_url, self.user)
        self.assertShown(page, "Thank you, we received your request.", "inform you here and by email", "Withdraw")
        self.assertEqual(self._fetch(refund, self.user), ["I <b>moved</b>"])
        self.assertEqual(self._mails(refund), [(f"We have your request {refund.name}", self.client)])
        self.assertIn("300.00", self._mail_text(refund))
        self.assertIn("7034", self._mail_text(refund))
        self.assertNotIn("BE68539007547034", self._mail_text(refund))

    def test_who_asked_is_told(self):
        self._ask(self.contact_user)
        refund = self._requests()
        self.assertEqual(self._mails(refund), [(f"We have your request {refund.name}", self.contact)])
        self.contact.parent_id = self.other_client
        refund.with_user(self.clerk).action_decline("Left")
        self.assertEqual(self._mails(refund), [(f"Your request {refund.name}", self.client)])

    def test_without_an_address(self):
        self.client.email = False
        refund = self._request()
        self.assertFalse(self._mails(refund))
        self.assertFalse(refund.send_notice)
        self.assertShown(self._get(refund.access_url, self.user), "inform you here.")

    def test_without_the_template(self):
        self.env.ref("client_refund_portal.mail_template_request_received").sudo().unlink()
        self.assertFalse(self._mails(self._request()))

    # -------------------------------------------------------------------------
    # Approved and paid
    # -------------------------------------------------------------------------

    def test_paid_at_once_is_told_once(self):
        refund = self._request()
        self.assertTrue(refund.send_notice)
        refund.with_user(self.clerk).action_submit()
        self._send_notices()
        received, paid = self._mails(refund)
        self.assertEqual(paid, (f"Refund {refund.name}", self.client))
        self.assertShown(self._get(refund.access_url, self.user), "The money is on its way.")

    def test_approval_is_told_where_no_notice_is(self):
        refund = self._request()
        refund.with_user(self.clerk).send_notice = False
        refund.with_user(self.clerk).action_submit()
        self._send_notices()
        received, approved = self._mails(refund)
        self.assertEqual(approved, (f"We have approved your request {refund.name}", self.client))
        self.assertIn("7034", self._mail_text(refund))

    def test_approval_is_told_where_payment_comes_later(self):
        refund = self._request()
        pay = type(refund)._create_payments
        with patch.object(type(refund), "_pay", lambda refunds: pay(refunds) and None):
            refund.with_user(self.clerk).action_submit()
        self.assertEqual(self._mails(refund)[1:], [(f"We have approved your request {refund.name}", self.client)])
        with_workflow(refund)._book_payments()
        self._send_notices()
        self.assertEqual(self._mails(refund)[2:], [(f"Refund {refund.name}", self.client)])

    def test_nothing_is_told_while_it_waits(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._request()
        refund.with_user(self.clerk).action_submit()
        self.assertEqual(len(self._mails(refund)), 1)
        self.assertShown(self._get(refund.access_url, self.user), "Received, in review", "Withdraw")
        refund.with_user(self.approver).action_approve()
        self._send_notices()
        self.assertEqual(len(self._mails(refund)), 2)

    def test_refund_that_no_client_asked_for(self):
        refund = self._refund({self.credit_note: None}, partner_bank_id=self.account.id)
        refund.action_undo("Wrong client")
        self.assertFalse(self._mails(refund))

    # -------------------------------------------------------------------------
    # Declined
    # -------------------------------------------------------------------------

    def _decline(self, refund, user=None, **values):
        dialog = self.env["client.refund.decline"].with_user(user or self.clerk)
        dialog = dialog.with_context(active_model=refund._name, active_ids=refund.ids)
        return dialog.create({"reason": "Never again", **values}).action_decline()

    def test_declined_with_a_reason_for_the_client(self):
        refund = self._request()
        self._decline(refund, client_reason="Your next invoice\nuses it up.")
        self.assertRecordValues(refund, [{"state": "canceled", "cancel_reason": "Never again"}])
        self.assertFalse(refund.activity_ids)
        self.assertEqual(self.credit_note.amount_refundable, 300)
        page = self._get(refund.access_url, self.user)
        self.assertShown(page, "Declined", "Your next invoice uses it up.")
        self.assertNotShown(page, "Never again", "Withdraw", self.clerk.name)
        self.assertEqual(self._mails(refund)[1:], [(f"Your request {refund.name}", self.client)])
        self.assertIn("uses it up", self._mail_text(refund))
        self.assertNotIn("Never again", self._mail_text(refund))

    def test_declined_by_undo_too(self):
        refund = self._request()
        refund.with_user(self.clerk).action_undo("Never again")
        self.assertEqual(len(self._mails(refund)), 2)
        self.assertNotIn("Never again", self._mail_text(refund))

    def test_declined_by_who_approves(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._request()
        refund.with_user(self.clerk).action_submit()
        self._decline(refund, self.approver, client_reason="Not yet")
        self.assertRecordValues(refund, [{"state": "canceled", "client_reason": "Not yet"}])
        self.assertEqual(refund.activity_ids.user_id, self.clerk)
        self.assertEqual(len(self._mails(refund)), 2)

    def test_rejected_is_told_too(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._request()
        refund.with_user(self.clerk).action_submit()
        refund.with_user(self.approver).action_reject("Never again")
        self.assertEqual(len(self._mails(refund)), 2)

    def test_only_open_requests_are_declined(self):
        draft = self._draft({self._credit_note(5): None})
        with self.assertRaisesRegex(UserError, "no client asked for it"):
            self._decline(draft)
        refund = self._request()
        refund.with_user(self.clerk).action_submit()
        with self.assertRaisesRegex(UserError, "can't be changed any more"):
            self._decline(refund)
        self.assertTrue(refund._is_issued())

    def test_a_reason_for_colleagues_is_due(self):
        refund = self._request()
        with self.assertRaisesRegex(UserError, "Enter a reason"), self.env.cr.savepoint():
            refund.with_user(self.clerk).action_decline("", "Not yet")
        self.assertFalse(refund.client_reason)

    # -------------------------------------------------------------------------
    # Withdrawn
    # -------------------------------------------------------------------------

    def _withdraw(self, refund, user, **values):
        self.authenticate(user and user.login, user and user.login)
        values = {"csrf_token": self._csrf_token(), **values}
        return self.url_open(f"{refund.access_url}/withdraw", data=values, allow_redirects=False)

    def test_withdrawn(self):
        refund = self._request()
        self.assertSentAway(self._withdraw(refund, self.contact_user), refund.access_url)
        self.assertEqual(refund.state, "canceled")
        self.assertTrue(refund.withdrawn_on)
        self.assertFalse(refund.activity_ids)
        self.assertEqual(self.credit_note.amount_refundable, 300)
        page = self._get(refund.access_url, self.user)
        self.assertShown(page, "Withdrawn by you", "You can ask again")
        self.assertNotShown(page, "Declined")
        self.assertEqual(len(self._mails(refund)), 1)
        self.assertEqual(len(self._request()), 2)

    def test_withdrawn_while_it_waits(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._request()
        refund.with_user(self.clerk).action_submit()
        self._withdraw(refund, self.user)
        self.assertEqual(refund.state, "canceled")
        self.assertFalse(refund.activity_ids)

    def test_too_late(self):
        refund = self._request()
        refund.with_user(self.clerk).action_submit()
        self.assertShown(self._withdraw(refund, self.user), "can't be withdrawn any more")
        self.assertTrue(refund._is_issued())
        self.assertNotShown(self._get(refund.access_url, self.user), "Withdraw")

    def test_only_by_its_client(self):
        refund = self._request()
        for user in (self.other_user, self.employee):
            self.assertSentAway(self._withdraw(refund, user))
        self.assertSentAway(self._withdraw(refund, self.env["res.users"]), "/web/login")
        token = refund._portal_ensure_token()
        self.assertSentAway(self._withdraw(refund, self.other_user, access_token=token))
        self.assertNotShown(self._get(f"{refund.access_url}?access_token={token}", self.other_user), "Withdraw")
        self.assertEqual(self._withdraw(refund, self.user, csrf_token="x").status_code, 400)
        self.assertEqual(refund.state, "draft")

    def test_what_no_client_asked_for_is_not_withdrawn(self):
        refund = self._refund({self.credit_note: None}, partner_bank_id=self.account.id)
        self.assertShown(self._withdraw(refund, self.user), "can't be withdrawn any more")
        draft = self._draft({self._credit_note(5): None})
        self.assertSentAway(self._withdraw(draft, self.user))
        self.assertEqual((refund._is_issued(), draft.state), (True, "draft"))

    def test_in_other_hands(self):
        refund = self._request()
        with (
            patch.object(type(refund), "_check_free", side_effect=UserError("Part of the secret run")),
            self.assertLogs("odoo.addons.client_refund_portal.models.client_refund_request", "WARNING"),
        ):
            page = self._withdraw(refund, self.user)
        self.assertShown(page, "We could not withdraw your request")
        self.assertNotShown(page, "secret")
        self.assertRecordValues(refund, [{"state": "draft", "withdrawn_on": False}])
