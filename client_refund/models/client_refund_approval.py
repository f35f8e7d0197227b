from odoo import api, fields, models
from odoo.tools import format_amount

from ..tools.groups import check_may_answer
from ..tools.problems import get_reason_problems, raise_problems
from ..tools.workflow import with_workflow
from .client_refund_activities import prepare_approval_activity_vals, tell_approved

APPROVAL_ACTIVITY = "client_refund.mail_activity_approval"


class ClientRefundApproval(models.Model):
    """How a refund is asked for, and approved or rejected by somebody else."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    contributor_ids = fields.Many2many(
        "res.users",
        string="Had a Hand in It",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        help="Everybody who made, changed or submitted the refund. None of them may approve it.",
    )
    requested_on = fields.Datetime(readonly=True, copy=False, help="When the refund was asked for.")
    approver_id = fields.Many2one(
        "res.users",
        string="Approved By",
        readonly=True,
        copy=False,
        help="Who approved the refund, where that was due.",
    )
    can_approve = fields.Boolean(compute="_compute_can_approve")
    approved_on = fields.Datetime(readonly=True, copy=False)
    approval_reasons = fields.Json(string="Approval Reasons by Code", readonly=True, copy=False)
    approval_reason = fields.Text(
        string="Why It Needs Approval",
        compute="_compute_approval_reason",
        help="Empty where no approval was due. In the language of who reads it.",
    )
    risks = fields.Json(string="Risks by Kind", readonly=True, copy=False)
    risk_summary = fields.Text(
        string="Risks",
        compute="_compute_risk_summary",
        help="The risks that were seen when the refund was asked for, in the language of who reads them.",
    )
    payee_account_number = fields.Char(
        readonly=True, copy=False, help="The number of the payee account when the refund was asked for."
    )

    @api.depends("approval_reasons", "risks")
    @api.depends_context("lang")
    def _compute_approval_reason(self):
        for refund in self:
            # the database forgets the order: what the policy says first
            codes = sorted((refund.approval_reasons or {}).items(), key=lambda code: code[0] in (refund.risks or {}))
            refund.approval_reason = "\n".join(refund._describe(dict(codes)))

    @api.depends("risks")
    @api.depends_context("lang")
    def _compute_risk_summary(self):
        for refund in self:
            refund.risk_summary = "\n".join(refund._describe(refund.risks))

    @api.depends("state", "contributor_ids")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for refund in self:
            refund.can_approve = refund.state == "to_approve" and self.env.user not in refund._get_contributors()

    def _get_contributors(self):
        self.ensure_one()
        return self.contributor_ids | self.create_uid

    # -------------------------------------------------------------------------
    # Ask
    # -------------------------------------------------------------------------

    def action_submit(self):
        """Ask for these refunds to be paid: issue those that need no approval, let the others wait for one.

        :return: True
        :raise UserError: with all that is wrong with all of them; then nothing is done
        """
        refunds = with_workflow(self)
        refunds._check_free()
        refunds._check_postable()
        raise_problems(refunds._get_waiting_problems())
        refunds._ask()
        waiting = refunds.filtered("approval_reasons")
        waiting._wait_for_approval()
        due = refunds - waiting
        due.filtered(lambda refund: refund.state == "to_approve").activity_unlink([APPROVAL_ACTIVITY])
        due._issue_or_name()
        return True

    def action_post(self):
        """Issue these refunds: pay each with one payment per receivable account, reconciled with exactly its credits.

        :return: True
        :raise UserError: with all that is wrong with all of them, a missing approval too; then none is issued
        """
        refunds = with_workflow(self)
        refunds._check_free()
        refunds._check_postable()
        raise_problems(refunds._get_waiting_problems())
        refunds._ask()
        raise_problems(
            (refund, self.env._("it needs approval. Ask for it first.\n%(reasons)s", reasons=refund.approval_reason))
            for refund in refunds
            if refund.approval_reasons
        )
        refunds.activity_unlink([APPROVAL_ACTIVITY])
        refunds._issue_or_name()
        return True

    def _ask(self):
        """Keep who asks for these refunds, when, and why they need approval."""
        self._number()
        self._add_contributor()
        # before the risks: what is asked for together counts together
        self.write({"user_id": self.env.uid, "requested_on": fields.Datetime.now()})
        risks = self._keep_risks()
        reasons = self._get_approval_reasons(risks)
        for refund in self:
            refund.write(
                {
                    "approval_reasons": reasons[refund],
                    "payee_account_number": refund.partner_bank_id.acc_number,
                }
            )

    def _keep_risks(self):
        """Keep the risks of these refunds as they are now.

        :return: dict, client.refund: dict, kind of risk: values
        """
        risks = self._get_risks()
        for refund in self:
            refund.risks = risks[refund]
        return risks

    def _wait_for_approval(self):
        """Hold these refunds until somebody else has looked at them."""
        if not self:
            return
        self.activity_unlink([APPROVAL_ACTIVITY])
        self.state = "to_approve"
        approvers = self._get_approvers()
        self.env["mail.activity"].create(
            [refund._prepare_approval_activity_vals(approver) for refund in self for approver in approvers[refund]]
        )
        self._message_log_batch({refund.id: refund._get_asked_message(approvers[refund]) for refund in self})

    def _prepare_approval_activity_vals(self, approver):
        """The values of the activity by which an approver learns of this refund.

        :param approver: res.users
        :return: dict
        """
        refund = self.with_context(lang=approver.lang)
        return prepare_approval_activity_vals(
            refund, APPROVAL_ACTIVITY, approver, refund.approval_reason, refund._get_approval_subject()
        )

    def _get_approval_subject(self):
        """What is to be approved: how much, for whom, to which account, and who asked.

        :return: str
        """
        self.ensure_one()
        texts = {"amount": self._format_amount(), "client": self.partner_id.display_name, "user": self.user_id.name}
        if not self.partner_bank_id:
            return self.env._("%(amount)s to %(client)s, asked for by %(user)s", **texts)
        return self.env._(
            "%(amount)s to %(client)s, account %(account)s, asked for by %(user)s",
            **texts,
            account=self.partner_bank_id.acc_number,
        )

    def _get_asked_message(self, approvers):
        """What the refund's chatter says when it waits, in the language of the company, since all read it.

        :param approvers: res.users
        :return: str
        """
        refund = self.with_context(lang=self.company_id.partner_id.lang or self.env.lang)
        if not approvers:
            return refund.env._(
                "Waits for approval, and nobody else may approve it. An administrator can give somebody the right "
                "to approve refunds, or raise a limit. %(reasons)s",
                reasons=refund.approval_reason,
            )
        return refund.env._(
            "Waits for approval. Any of these may approve it: %(approvers)s. %(reasons)s",
            approvers=", ".join(approvers.mapped("name")),
            reasons=refund.approval_reason,
        )

    def _take_back(self):
        """Turn those of these refunds that wait for approval into drafts again.

        :return: client.refund, those that waited
        """
        waiting = with_workflow(self.filtered(lambda refund: refund.state == "to_approve"))
        waiting.activity_unlink([APPROVAL_ACTIVITY])
        waiting.state = "draft"
        return waiting

    def _add_contributor(self):
        """Remember that the user had a hand in these refunds; who approved them before saw something else."""
        with_workflow(self.filtered("approver_id")).write({"approver_id": False, "approved_on": False})
        new = self.filtered(lambda refund: self.env.user not in refund.contributor_ids)
        with_workflow(new).contributor_ids = [fields.Command.link(self.env.uid)]

    def _ask_again(self):
        """Who changes a waiting refund becomes who asked for it; it stays a draft where no approval is due any more."""
        refunds = with_workflow(self)
        refunds._ask()
        for refund in refunds:
            refund.approval_reasons = refund._get_change_reasons(refund.approval_reasons)
        refunds.filtered("approval_reasons")._wait_for_approval()

    # -------------------------------------------------------------------------
    # Answer
    # -------------------------------------------------------------------------

    def action_approve(self):
        """Approve these waiting refunds and issue them.

        :return: True
        :raise AccessError: without the right to approve refunds
        :raise UserError: with all that is wrong with all of them; then none is approved
        """
        refunds = with_workflow(self)
        check_may_answer(self.env)
        refunds._check_free()
        refunds._lock_items()
        refunds._touch_clients()
        raise_problems(refunds._get_approval_problems())
        refunds._check_postable()
        refunds.write({"approver_id": self.env.uid, "approved_on": fields.Datetime.now()})
        refunds.activity_unlink([APPROVAL_ACTIVITY])
        refunds._message_log_batch({refund.id: self.env._("Approved.") for refund in refunds})
        refunds._issue_or_name()
        tell_approved(refunds)
        return True

    def _get_reject_alerts(self):
        """What becomes of these refunds when they are rejected.

        :return: dict of banners, `message` and `level`
        """
        message = self.env._(
            "The refund is canceled and gives back the credits that it holds. Who asked for it is told why."
        )
        return {"reject": {"message": message, "level": "info"}}

    def action_reject(self, reason):
        """Reject these waiting refunds: they are canceled and give back what they hold.

        :param reason: str, why
        :return: True
        :raise AccessError: without the right to approve refunds
        :raise UserError: with all that is wrong with all of them; then none is rejected
        """
        refunds = with_workflow(self)
        check_may_answer(self.env)
        refunds._check_free()
        refunds._lock_items()
        raise_problems(
            get_reason_problems(self, reason)
            + [(refund, refund._get_not_waiting_message()) for refund in refunds if refund.state != "to_approve"]
        )
        refunds.activity_unlink([APPROVAL_ACTIVITY])
        refunds.write({"state": "canceled", "cancel_reason": reason})
        for refund in refunds:
            refund._message_log(body=self.env._("Rejected: %(reason)s", reason=reason))
            refund.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Refund rejected"),
                note=reason,
                user_id=refund._get_responsible().id,
            )
        return True

    def _get_approval_problems(self):
        """Why the user can't approve these refunds.

        :return: list of (client.refund, str)
        """
        risks = self._get_risks()
        totals = self._get_amounts_together()
        limits = {
            company: self.env["client.refund.approval.limit"]._get_amounts(company) for company in self.company_id
        }
        return [
            (refund, problem)
            for refund in self
            for problem in refund._get_approval_refusals(risks[refund], totals[refund], limits[refund.company_id])
        ]

    def _get_approval_refusals(self, risks, total, limits):
        """Why the user can't approve this refund.

        :param risks: dict, kind of risk: values, as they are now
        :param total: amount in company currency, other refunds that count together included
        :param limits: dict, res.users: amount in company currency
        :return: list of str
        """
        self.ensure_one()
        if self.state != "to_approve":
            return [self._get_not_waiting_message()]
        problems = []
        if self.env.user in self._get_contributors():
            problems.append(self.env._("you asked for it or changed it, so somebody else must approve it."))
        limit = limits.get(self.env.user, total)
        if self.company_id.currency_id.compare_amounts(total, limit) > 0:
            problems.append(
                self.env._(
                    "with the client's other refunds it is %(total)s, and you may approve up to %(limit)s. "
                    "Somebody with a higher limit must approve it.",
                    total=format_amount(self.env, total, self.company_currency_id),
                    limit=format_amount(self.env, limit, self.company_currency_id),
                )
            )
        if findings := self._get_findings(risks):
            problems.append(
                self.env._(
                    "since it was asked for, this has come to light: %(findings)s Reject it, or let it be asked for "
                    "again.",
                    findings=" ".join(findings),
                )
            )
        if self._is_account_of(self.env.user):
            problems.append(
                self.env._(
                    "you entered payee account %(account)s lately, so somebody else must approve it.",
                    account=self.partner_bank_id.acc_number,
                )
            )
        return problems

    def _get_findings(self, risks):
        """What is different from when this refund was asked for.

        :param risks: dict, kind of risk: values, as they are now
        :return: list of str
        """
        self.ensure_one()
        findings = self._describe({kind: risks[kind] for kind in risks if kind not in (self.risks or {})})
        if (self.partner_bank_id.acc_number or "") != (self.payee_account_number or ""):
            findings.append(
                self.env._(
                    "The number of the payee account was changed from %(asked)s to %(now)s.",
                    asked=self.payee_account_number or self.env._("(none)"),
                    now=self.partner_bank_id.acc_number or self.env._("(none)"),
                )
            )
        return findings

    def _is_account_of(self, user):
        """Whether a user entered the payee account so lately that it is a risk, and nobody else has vouched for it."""
        account = self.partner_bank_id
        return (
            bool(account)
            and self._is_recent(account._get_entered_on())
            and user == account._get_entered_by()
            and not account._get_voucher() - user
        )

    def _get_waiting_problems(self):
        """Which of these refunds wait already, as they are: to ask again would take them from who may approve.

        :return: list of (client.refund, str)
        """
        waiting = self.filtered(
            lambda refund: refund.state == "to_approve" and refund.company_id._is_client_refund_approval_wanted()
        )
        risks = waiting._get_risks()
        return [
            (refund, self.env._("it waits for approval already. Let somebody else approve it, or change it first."))
            for refund in waiting
            if not refund._get_findings(risks[refund])
        ]

    def _get_not_waiting_message(self):
        return self.env._(
            "it is %(state)s. Only a refund that waits for approval can be approved or rejected.",
            state=self._get_state_label(),
        )
