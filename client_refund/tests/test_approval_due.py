from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .common_approval import ApprovalCommon


@tagged("post_install", "-at_install")
class TestApprovalDue(ApprovalCommon):
    """When approval is due: what a client is refunded counts together."""

    def test_never(self):
        self.company.client_refund_approval_policy = "never"
        refund = self._submit({self.credit_note: None})
        self.assertTrue(refund._is_issued())
        self.assertRecordValues(
            refund, [{"user_id": self.clerk.id, "approver_id": False, "approval_reason": "", "risk_summary": ""}]
        )

    def test_always(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._submit({self.credit_note: 1})
        self.assertRecordValues(refund, [{"state": "to_approve", "approval_reason": "Every refund needs approval."}])
        self.assertFalse(refund.payment_ids)

    def test_above_an_amount(self):
        at_limit = self._submit({self.credit_note: 500})
        self.assertTrue(at_limit._is_issued())
        above = self._submit({self._credit_note(501, partner=self.other_client): None}, partner_id=self.other_client.id)
        self.assertEqual(above.state, "to_approve")
        self.assertRegex(above.approval_reason, r"501\.00 is above .*500\.00")

    def test_amount_is_converted_at_the_date_of_the_refund(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 0.5), ("2024-05-01", 0.25)])
        credit_note = self._credit_note(400, currency=foreign)
        with freeze_time("2024-04-02"):
            april = self._submit({credit_note: 200}, date="2024-04-01")  # 400 in company currency
        self.assertTrue(april._is_issued())
        self.company.client_refund_split_days = 0
        may = self._submit({credit_note: 200}, date="2024-05-02")  # 800
        self.assertEqual(may.state, "to_approve")

    def test_an_amount_can_not_be_split_below_the_limit(self):
        self.assertTrue(self._submit({self.credit_note: 300})._is_issued())
        second = self._submit({self.credit_note: 300})
        self.assertEqual(second.state, "to_approve")
        self.assertRegex(second.approval_reason, r"600\.00 is above .*500\.00, counting .* within 30 days")

    def test_dates_far_apart_are_no_way_to_split(self):
        """The date is what the clerk types; when the refund was made is not."""
        self.assertTrue(self._submit({self.credit_note: 300}, date="2024-04-01")._is_issued())
        self.assertEqual(self._submit({self.credit_note: 300}, date="2024-12-01").state, "to_approve")

    def test_after_the_days_a_refund_does_not_count_any_more(self):
        first = self._submit({self.credit_note: 300}, date="2024-04-01")
        self._set_create_date(first, days_ago=31)
        later, too_early = self._draft({self.credit_note: 300}), self._draft({self.credit_note: 300})
        later.date, too_early.date = "2024-05-02", "2024-05-01"
        later.action_submit()
        self.assertTrue(later._is_issued())
        too_early.action_submit()
        self.assertEqual(too_early.state, "to_approve")

    def _set_create_date(self, refund, days_ago):
        refund.flush_recordset()
        self.env.cr.execute(
            "UPDATE client_refund SET create_date = %(date)s, requested_on = %(date)s WHERE id = %(id)s",
            {"date": fields.Datetime.now() - timedelta(days=days_ago), "id": refund.id},
        )
        refund.invalidate_recordset()

    def test_refunds_asked_for_in_one_call_count_together(self):
        drafts = self._draft({self.credit_note: 300}) | self._draft({self.credit_note: 300})
        drafts.action_submit()
        self.assertEqual(drafts.mapped("state"), ["to_approve", "to_approve"])

    def test_canceled_refunds_do_not_count(self):
        self._submit({self.credit_note: 300}).action_undo("Wrong amount")
        self.assertTrue(self._submit({self.credit_note: 400})._is_issued())

    def test_contacts_count_with_their_client(self):
        contact = self.env["res.partner"].create({"name": "Accounts", "parent_id": self.client.id})
        self.assertTrue(self._submit({self.credit_note: 300}, partner_id=contact.id)._is_issued())
        self.assertEqual(self._submit({self.credit_note: 300}).state, "to_approve")
