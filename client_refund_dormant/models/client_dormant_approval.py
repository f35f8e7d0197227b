from odoo import api, fields, models
from odoo.exceptions import RedirectWarning
from odoo.fields import Command
from odoo.tools import format_amount

from odoo.addons.client_refund.models.client_refund_activities import prepare_approval_activity_vals
from odoo.addons.client_refund.tools.groups import check_may_answer
from odoo.addons.client_refund.tools.problems import get_reason_problems, raise_problems
from odoo.addons.client_refund.tools.workflow import with_workflow

from .client_dormant_credit import CONTACT_STATES

APPROVAL_ACTIVITY = "client_refund_dormant.mail_activity_dormant_approval"


class ClientDormantApproval(models.Model):
    """How a hand-over is asked for, and approved or rejected by somebody else."""

    _inherit = "client.dormant.credit"  # pylint: disable=consider-merging-classes-inherited

    user_id = fields.Many2one(
        "res.users", string="Requested By", readonly=True, copy=False, help="Who asked for the hand-over."
    )
    requested_on = fields.Datetime(readonly=True, copy=False, help="When the hand-over was asked for.")
    contributor_ids = fields.Many2many(
        "res.users",
        string="Had a Hand in It",
        readonly=True,
        copy=False,
        help="Everybody who logged an attempt or asked for the hand-over. None of them may approve it.",
    )
    approver_id = fields.Many2one("res.users", string="Approved By", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    can_approve = fields.Boolean(compute="_compute_can_approve")

    @api.depends("state", "contributor_ids")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for register in self:
            register.can_approve = register.state == "to_approve" and self.env.user not in register.contributor_ids

    def _add_contributor(self):
        """Remember that the user had a hand in these."""
        new = self.filtered(lambda register: self.env.user not in register.contributor_ids)
        new.contributor_ids = [Command.link(self.env.uid)]

    # -------------------------------------------------------------------------
    # Ask
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
        registers._add_contributor()
        registers.write({"state": "to_approve", "user_id": self.env.uid, "requested_on": fields.Datetime.now()})
        registers._tell_approvers()
        return True

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

    def _tell_approvers(self):
        """Give those who may approve these an activity."""
        limits = self.env["client.refund.approval.limit"]
        amounts = {company: limits._get_amounts(company) for company in self.company_id}
        approvers = {
            register: limits._get_approvers(
                register.company_id, register.amount_company_currency, amounts[register.company_id]
            )
            - register.contributor_ids
            for register in self
        }
        self.env["mail.activity"].create(
            [
                register._prepare_approval_activity_vals(approver)
                for register in self
                for approver in approvers[register]
            ]
        )
        self._message_log_batch({register.id: register._get_asked_message(approvers[register]) for register in self})

    def _prepare_approval_activity_vals(self, approver):
        """The values of the activity by which an approver learns of this hand-over.

        :param approver: res.users
        :return: dict
        """
        return prepare_approval_activity_vals(self, APPROVAL_ACTIVITY, approver)

    def _get_asked_message(self, approvers):
        if not approvers:
            return self.env._(
                "The hand-over of %(amount)s waits for approval, and nobody else may approve it. An administrator can "
                "give somebody the right to approve refunds, or raise a limit.",
                amount=self._format_amount(),
            )
        return self.env._(
            "The hand-over of %(amount)s waits for approval. Any of these may approve it: %(approvers)s.",
            amount=self._format_amount(),
            approvers=", ".join(approvers.mapped("name")),
        )

    # -------------------------------------------------------------------------
    # Answer
    # -------------------------------------------------------------------------

    def action_approve(self):
        """Approve these hand-overs and book them: one entry each, reconciled with exactly its credits.

        :return: True
        :raise AccessError: without the right to approve refunds
        :raise RedirectWarning: to the settings, as when they are asked for
        :raise UserError: with all that is wrong with all of them; then none is handed over
        """
        check_may_answer(self.env)
        registers = with_workflow(self)
        registers._check_state("to_approve")
        registers._check_settings()
        registers._lock_credits()
        raise_problems([*registers._get_approval_problems(), *registers._get_hand_over_problems()])
        registers.activity_unlink([APPROVAL_ACTIVITY])
        registers.write({"approver_id": self.env.uid, "approved_on": fields.Datetime.now()})
        registers._hand_over()
        return True

    def _get_reject_alerts(self):
        """What becomes of these hand-overs when they are rejected.

        :return: dict of banners, `message` and `level`
        """
        message = self.env._("The client is looked for again. Who asked for the hand-over is told why.")
        return {"reject": {"message": message, "level": "info"}}

    def action_reject(self, reason):
        """Reject these hand-overs: the clients are looked for again.

        :param reason: str, why
        :return: True
        :raise AccessError: without the right to approve refunds
        :raise UserError: without a reason, or if one of these does not wait
        """
        check_may_answer(self.env)
        registers = with_workflow(self)
        raise_problems(get_reason_problems(self, reason))
        registers._check_state("to_approve")
        registers._return_to_contacting()
        for register in registers:
            register._message_log(body=self.env._("Rejected: %(reason)s", reason=reason))
            register.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Hand-over rejected"),
                note=reason,
                user_id=register.company_id._get_client_refund_responsible(register.user_id, self.env.user).id,
            )
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

    def _return_to_contacting(self):
        self.activity_unlink([APPROVAL_ACTIVITY])
        self.write({"state": "contacting", "approver_id": False, "approved_on": False})
        self._follow_credits()

    def _get_approval_problems(self):
        """Why the user can't approve these hand-overs.

        :return: iterator of (client.dormant.credit, str)
        """
        limits = self.env["client.refund.approval.limit"]
        amounts = {company: limits._get_amounts(company) for company in self.company_id}
        for register in self:
            total, currency = register.amount_company_currency, register.company_currency_id
            limit = amounts[register.company_id].get(self.env.user, total)
            if self.env.user in register.contributor_ids:
                problem = self.env._(
                    "you asked for it or logged an attempt to reach the client, so somebody else must approve it."
                )
                yield register, problem
            if currency.compare_amounts(total, limit) > 0:
                problem = self.env._(
                    "it is %(total)s, and you may approve up to %(limit)s. Somebody with a higher limit must approve "
                    "it.",
                    total=format_amount(self.env, total, currency),
                    limit=format_amount(self.env, limit, currency),
                )
                yield register, problem
