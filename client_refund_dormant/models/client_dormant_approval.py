from odoo import fields, models
from odoo.exceptions import RedirectWarning

from odoo.addons.client_refund.tools.problems import raise_problems
from odoo.addons.client_refund.tools.workflow import with_workflow

from .client_dormant_credit import CONTACT_STATES


class ClientDormantApproval(models.Model):
    """How a hand-over is asked for, and approved or rejected by somebody else."""

    _inherit = "client.dormant.credit"  # pylint: disable=consider-merging-classes-inherited
    _approval_activity = "client_refund_dormant.mail_activity_dormant_approval"

    # who enters old credits in the register asks for nothing yet
    user_id = fields.Many2one(default=None)
    contributor_ids = fields.Many2many(
        default=None, help="The users who logged an attempt or asked for the hand-over. None of them may approve it."
    )

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_submit(self):
        """Ask for these dormant credits to be handed over, as much as is open of them now.

        :return: True
        :raise RedirectWarning: to the settings, where they don't say on which account unclaimed money is booked
        :raise UserError: with all that is wrong with all of them; then nothing is asked for
        """
        registers = with_workflow(self)
        registers._check_state(*CONTACT_STATES)
        registers._check_settings()
        registers._lock_credits()
        registers._follow_credits()
        raise_problems(registers._get_hand_over_problems())
        registers._note_request()
        registers.approval_reasons = {"hand_over": {}}
        registers._wait_for_approval()
        return True

    def action_withdraw(self):
        """Take back what was asked for: the clients are looked for again.

        :return: True
        :raise UserError: if one of these does not wait
        """
        registers = with_workflow(self)
        registers._check_state("to_approve")
        registers._return_to_contacting()
        return True

    # -------------------------------------------------------------------------
    # Ask
    # -------------------------------------------------------------------------

    def _is_approval_wanted(self):
        return True

    def _describe_hand_over(self, _values):
        return self.env._("Every hand-over needs approval.")

    def _check_settings(self):
        """:raise RedirectWarning: to the settings, unless they say how to book unclaimed money"""
        for company in self.company_id:
            if not company._is_client_refund_unclaimed_set():
                raise RedirectWarning(
                    self.env._(
                        "%(company)s: the settings don't say on which account unclaimed money is booked. "
                        "Choose a liability account that allows reconciliation, and a miscellaneous journal.",
                        company=company.display_name,
                    ),
                    self.env.ref("account.action_account_config").id,
                    self.env._("Go to Settings"),
                )

    def _lock_credits(self):
        """Lock the credits; what is open is to be read after this."""
        self.line_ids.move_line_id._lock_for_refund()

    def _get_approval_totals(self):
        return {register: register.amount_company_currency for register in self}

    def _get_approvers(self):
        """Who may approve this hand-over; as long as nobody has asked for it, if the user asks.

        :return: res.users
        """
        self.ensure_one()
        limits = self.env["client.refund.approval.limit"]
        approvers = limits._get_approvers_by_document(self._get_approval_totals())[self]
        return approvers if self.state == "to_approve" else approvers - self.env.user

    def _get_approval_subject(self):
        return self.env._(
            "%(amount)s of %(client)s, asked for by %(user)s",
            amount=self._format_amount(),
            client=self.partner_id.display_name,
            user=self.user_id.name,
        )

    # -------------------------------------------------------------------------
    # Answer
    # -------------------------------------------------------------------------

    def _lock_to_answer(self):
        registers = super()._lock_to_answer()
        registers._lock_credits()
        return registers

    def _check_doable(self):
        """Refuse to approve what can't be handed over as it is by now.

        :raise RedirectWarning: to the settings, as when they are asked for
        :raise UserError: with all that is wrong with all of them
        """
        self._check_settings()
        raise_problems(self._get_hand_over_problems())

    def _carry_out(self):
        """Book these hand-overs: one entry each, reconciled with exactly its credits."""
        self._book_hand_over()

    def _turn_down(self, _reason):
        self._return_to_contacting()

    def _return_to_contacting(self):
        self.activity_unlink([self._approval_activity])
        self._forget_approval()
        self.state = "contacting"
        self._follow_credits()

    def _get_reject_message(self):
        return self.env._(
            "The client must be contacted again. The user who asked for the hand-over receives the reason."
        )

    def _get_rejected_summary(self):
        return self.env._("Hand-over rejected")

    def _get_own_hand_message(self):
        return self.env._(
            "you asked for it or logged an attempt to reach the client, so somebody else must approve it."
        )
