from odoo.tests import HttpCase, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestTourOnlyByRefund(ClientRefundCommon, HttpCase):
    """Control in a browser: who chooses a policy gets it, and *Pay* leads to the refund."""

    def test_pay_opens_the_refund(self):
        self.company.write({"client_refund_approval_policy": "always", "client_refund_only_by_refund": True})
        credit_note = self._credit_note(400)
        self.start_tour(
            f"/odoo/account.move/{credit_note.move_id.id}", "client_refund_pay_opens_the_refund", login=self.clerk.login
        )
        self.assertEqual(credit_note.client_refund_line_ids.refund_id.state, "to_approve")
        self.assertFalse(self.env["account.payment"].search([("partner_id", "=", self.client.id)]))

    def test_settings(self):
        self.company.write({"client_refund_approval_policy": "never", "client_refund_only_by_refund": False})
        self.company.tax_exigibility = True  # as its taxes want, or the page refuses each change
        administrator = self._create_user("boss", "Bo Boss", "base.group_system,account.group_account_manager")
        self.start_tour("/odoo/settings", "client_refund_only_by_refund_settings", login=administrator.login)
        self.assertEqual(self.company.client_refund_approval_policy, "always")
        self.assertFalse(self.company.client_refund_only_by_refund)
