from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestPolicy(ClientRefundCommon):
    """Nothing waits where the firm does not ask for it; what waits is told in time, and to each in the own language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit_note = cls._credit_note(1000)
        cls.untrusted = cls._bank_account("BE222", trusted=False)

    def _set_policy(self, policy, amount=0):
        self.company.write({"client_refund_approval_policy": policy, "client_refund_approval_amount": amount})

    def _submit_risky(self, amount=10):
        return self._submit({self.credit_note: amount}, partner_bank_id=self.untrusted.id)

    # ------------------------------------------------------------------
    # What each policy does
    # ------------------------------------------------------------------

    def test_a_new_firm_waits_for_nobody(self):
        self.assertEqual(self.env["res.company"].new({}).client_refund_approval_policy, "never")

    def test_never(self):
        """Risks are banners, and stand on the refund."""
        self._set_policy("never")
        wizard = self.wizards.create({"partner_id": self.client.id, "partner_bank_id": self.untrusted.id})
        self.assertEqual(wizard.alerts["untrusted_account"]["level"], "danger")
        self.assertNotIn("approval", wizard.alerts)
        self.assertFalse(wizard.needs_approval)
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertTrue(refund._is_issued())
        self.assertRecordValues(
            refund, [{"approval_reason": "", "risk_summary": "Account BE222 is not marked as trusted."}]
        )
        self.assertFalse(refund.activity_ids)
        self.assertPairs(refund, [(self.credit_note, 1000)])

    def test_risk(self):
        self._set_policy("risk")
        self.assertTrue(self._submit({self.credit_note: 900})._is_issued())
        self.assertEqual(self._submit_risky().state, "to_approve")

    def test_above(self):
        self._set_policy("above", 500)
        risky = self._submit_risky()
        self.assertEqual((risky.state, list(risky.approval_reasons)), ("to_approve", ["untrusted_account"]))
        large = self._submit({self.credit_note: 501})
        self.assertEqual((large.state, list(large.approval_reasons)), ("to_approve", ["above"]))

    def test_always(self):
        self._set_policy("always")
        refund = self._submit_risky()
        self.assertEqual(
            refund.approval_reason, "Every refund needs approval.\nAccount BE222 is not marked as trusted."
        )

    def test_an_old_date_at_an_old_rate_is_no_way_round_the_limit(self):
        """300 EUR were 75 in 2024 and are 150 since: the policy counts 150."""
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 4.0), ("2025-01-01", 2.0)])
        self._set_policy("above", 100)
        refund = self._submit({self._credit_note(300, currency=foreign): None}, date="2024-04-01")
        self.assertEqual(refund.state, "to_approve")
        self.assertRegex(refund.approval_reason, r"150\.00 is above .*100\.00")
        refund.action_undo("Only asked")
        self._set_policy("above", 150)
        self.assertTrue(self._submit({self._credit_note(300, currency=foreign): None}, date="2024-04-01")._is_issued())

    def test_programs_wait_for_nobody_either(self):
        self._set_policy("never")
        refund_id = self.refunds.create_refund({"partner_id": self.client.id, "partner_bank_id": self.untrusted.id})
        self.assertTrue(self.refunds.browse(refund_id)._is_issued())

    def test_what_waits_is_free_where_the_policy_is_given_up(self):
        """A firm that chose a policy which nobody could fulfil."""
        self._set_policy("always")
        changed, asked_again = self._submit({self.credit_note: 10}), self._submit({self.credit_note: 20})
        self._set_policy("never")
        self._opened(changed.action_edit()).action_refund()
        asked_again.action_submit()
        self.assertTrue(changed._is_issued() and asked_again._is_issued())
        self.assertFalse((changed | asked_again).activity_ids)

    # ------------------------------------------------------------------
    # Told before anything waits
    # ------------------------------------------------------------------

    def _settings(self, policy):
        settings = self.env["res.config.settings"].new({"company_id": self.company.id})
        settings.client_refund_approval_policy = policy
        return settings

    def test_the_settings_tell_of_a_policy_that_nobody_can_fulfil(self):
        self.assertFalse(self._settings("always").client_refund_approval_warning)
        self._leave_approvers(self.approver)
        for policy in ("risk", "above", "always"):
            self.assertRegex(
                self._settings(policy).client_refund_approval_warning,
                f"Only Paula Partner may approve refunds in {self.company.name}.* Give another user",
            )
        self.assertFalse(self._settings("never").client_refund_approval_warning)
        self._leave_approvers()
        self.assertIn("Nobody may approve", self._settings("risk").client_refund_approval_warning)

    def _approval_alert(self, user=None):
        wizard = self.wizards.with_user(user or self.clerk).create({"partner_id": self.client.id})
        self.assertTrue(wizard.needs_approval)
        return wizard.alerts["approval"]

    def test_the_wizard_says_a_risk_once(self):
        self._set_policy("always")
        risk = "Account BE222 is not marked as trusted."
        for policy, reason in (("always", "Every refund needs approval."), ("risk", "It has risks.")):
            self._set_policy(policy)
            wizard = self.wizards.create({"partner_id": self.client.id, "partner_bank_id": self.untrusted.id})
            self.assertEqual(wizard.alerts["untrusted_account"]["message"], risk)
            self.assertIn(f"must approve this refund: {reason} Users", wizard.alerts["approval"]["message"])
            self.assertNotIn(risk, wizard.alerts["approval"]["message"])

    def test_the_wizard_says_who_may_approve(self):
        self._set_policy("always")
        self._leave_approvers(self.approver)
        alert = self._approval_alert()
        self.assertEqual(alert["level"], "warning")
        self.assertIn("Users who may approve it: Paula Partner.", alert["message"])

    def test_the_wizard_says_that_nobody_may(self):
        self._set_policy("above", 500)
        self._leave_approvers(self.approver)
        for alert in (self._approval_alert(self.approver), self._alert_above_limit()):
            self.assertEqual(alert["level"], "danger")
            self.assertIn("nobody else has the right to", alert["message"])
            self.assertIn("An administrator can give somebody the right", alert["message"])
            self.assertNotIn("action", alert)
        self.approver.sudo().group_ids += self.env.ref("base.group_system")
        self.assertIn("action_account_config", self._approval_alert(self.approver)["action"]["url"])

    def _alert_above_limit(self):
        self.env["client.refund.approval.limit"].sudo().create(
            {"user_id": self.approver.id, "company_id": self.company.id, "amount": 999}
        )
        return self._approval_alert()

    def test_change_costs_the_right_to_approve(self):
        self._set_policy("always")
        refund = self._submit({self.credit_note: 10})
        wizard = self._changed_by(self.approver, refund)
        self.assertIn(f"You may approve {refund.name} as it is. If you change it", wizard.alerts["change"]["message"])
        self.assertNotIn("Paula Partner", wizard.alerts["approval"]["message"])
        self.assertNotIn("change", self._changed_by(self.clerk, refund).alerts)
        wizard.action_refund()
        wizard = self._changed_by(self.approver, refund)
        self.assertNotIn("change", wizard.alerts)

    def _changed_by(self, user, refund):
        """The wizard that *Change* opens for a user."""
        action = refund.with_user(user).action_edit()
        return Form(self.wizards.with_user(user).with_context(**action["context"])).save()

    def test_the_button_of_a_waiting_refund_says_that_it_waits(self):
        self._set_policy("above", 500)
        refund = self._submit({self.credit_note: 600})
        form = self._shown(refund.action_edit())
        with form.line_ids.edit(0) as line:
            line.amount = 5
        self.assertTrue(form.needs_approval)
        self.assertIn("It was changed while it waited", form.alerts["approval"]["message"])

    # ------------------------------------------------------------------
    # Whoever reads it
    # ------------------------------------------------------------------

    def _speak_german(self, *users):
        self.env["res.lang"]._activate_lang("de_DE")
        for user in users:
            user.lang = "de_DE"

    def test_each_reads_it_in_the_own_language(self):
        self._set_policy("above", 500)
        self._speak_german(self.clerk)
        refund = self.refunds.with_context(lang="de_DE").create(
            [self._refund_values({self.credit_note: 600}, partner_bank_id=self.untrusted.id)]
        )
        refund.action_submit()
        german, english = refund.with_context(lang="de_DE"), refund.with_context(lang="en_US")
        self.assertRegex(english.approval_reason, r"600\.00 is above .*\nAccount BE222 is not marked as trusted\.")
        self.assertEqual(english.risk_summary, "Account BE222 is not marked as trusted.")
        self.assertRegex(german.approval_reason, r"600,00.*\n.*BE222")
        self.assertNotIn("trusted", german.approval_reason)
        note = self._activity(refund, self.approver).note
        self.assertIn("Account BE222 is not marked as trusted.", note)
        self.assertIn("asked for by Claire Clerk", note)

    def test_what_came_to_light_is_told_in_the_language_of_who_approves(self):
        self._set_policy("always")
        account = self._bank_account("BE111")
        refund = self._submit({self.credit_note: 600}, partner_bank_id=account.id)
        account.allow_out_payment = False
        self._speak_german(self.approver)
        with self.assertRaises(UserError) as raised:
            refund.with_user(self.approver).with_context(lang="de_DE").action_approve()
        self.assertNotIn("trusted", str(raised.exception))
        [german] = refund.with_context(lang="de_DE")._describe({"untrusted_account": {"account": "BE111"}})
        self.assertIn(german, str(raised.exception))

    def test_each_is_told_in_the_own_language(self):
        """A German asks, an Englishman rejects: what each has to do is told in the own language."""
        self._set_policy("always")
        self._speak_german(self.clerk)
        refund = self._submit({self.credit_note: 600})
        self.assertIn("asked for by", self._activity(refund, self.approver).summary)
        refund.with_user(self.approver).with_context(lang="en_US").action_reject("Falsches Konto")
        told = self._activity(refund, self.clerk)
        self.assertNotEqual(told.summary, "Refund rejected")
        self.assertEqual(told.summary, refund.with_context(lang="de_DE")._get_rejected_summary())

    def test_a_code_of_an_addon_that_is_gone(self):
        self.assertEqual(self.refunds._describe({"abroad": {"country": "CH"}}), ["abroad"])

    # ------------------------------------------------------------------
    # Mail and activities
    # ------------------------------------------------------------------

    def _activity(self, refund, user):
        return refund.sudo().activity_ids.filtered(lambda activity: activity.user_id == user)

    def _mails(self, user):
        """What a user was notified of."""
        return (
            self.env["mail.message"]
            .sudo()
            .search([("message_type", "=", "user_notification"), ("partner_ids", "in", user.partner_id.ids)])
        )

    def test_the_approver_reads_whom_how_much_and_why(self):
        self._set_policy("above", 500)
        refund = self._submit({self.credit_note: 600}, partner_bank_id=self.untrusted.id)
        activity = self._activity(refund, self.approver)
        self.assertIn("Alder & Finch LLP", activity.summary)
        mail = self._mails(self.approver)
        self.assertEqual(len(mail), 1)
        for text in (activity.note, mail.body):
            self.assertIn("600.00 to Alder &amp; Finch LLP, account BE222, asked for by Claire Clerk", text)
            self.assertRegex(text, r"600\.00 is above .*500\.00")
            self.assertIn("Account BE222 is not marked as trusted.", text)
            self.assertIn(f"/odoo/client.refund/{refund.id}", text)

    def test_who_asked_hears_of_an_approval(self):
        self._set_policy("always")
        refunds = self._submit({self.credit_note: 10}) | self._submit({self.credit_note: 20})
        refunds.with_user(self.approver).action_approve()
        mail = self._mails(self.clerk)
        self.assertEqual(mail.subject, f"Paula Partner approved: {', '.join(refunds.mapped('name'))}")
        for refund in refunds:
            self.assertIn(f"/odoo/client.refund/{refund.id}", mail.body)
        self.assertIn("20.00 to Alder", mail.body)
