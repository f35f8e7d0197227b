from odoo.tests import HttpCase, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourPolicy(ClientRefundCommon, HttpCase):
    """What is told of an approval before anything waits, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit_note = cls._credit_note(400)
        # Paula alone may approve
        approve = cls.env.ref("client_refund.group_client_refund_approve")
        administer = cls.env.ref("client_refund.group_client_refund_administer")
        cls.env.ref("account.group_account_manager").sudo().implied_ids -= administer
        for user in approve.all_user_ids - cls.approver:
            user.sudo().group_ids -= approve | administer

    def _tour(self, name, record, user):
        self.start_tour(f"/odoo/{record._name}/{record.id}", name, login=user.login)

    def test_settings(self):
        self.company.client_refund_approval_policy = "never"
        self.company.tax_exigibility = True  # as its taxes want, or the page refuses each change
        administrator = self._create_user("system", "Sue System", "base.group_system,account.group_account_manager")
        self.start_tour("/odoo/settings", "client_refund_policy_settings", login=administrator.login)

    def test_never(self):
        self.company.client_refund_approval_policy = "never"
        payment = self._payment(50).move_id.origin_payment_id
        payment.partner_bank_id = self._bank_account("BE222", trusted=False)
        self._tour("client_refund_policy_never", payment, self.clerk)
        refund = self.env["client.refund"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(list(refund.risks), ["untrusted_account"])
        self.assertTrue(refund._is_issued())

    def test_ask_and_change(self):
        self.company.client_refund_approval_policy = "always"
        self._tour("client_refund_policy_ask", self.credit_note.move_id, self.clerk)
        refund = self.env["client.refund"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(refund.state, "to_approve")
        self._tour("client_refund_policy_change", refund, self.approver)
        self.assertRecordValues(refund, [{"approver_id": self.approver.id, "user_id": self.clerk.id}])
