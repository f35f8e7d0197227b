from odoo import api, fields, models

from odoo.addons.base.models.res_bank import sanitize_account_number

from ..tools.batches import do_or_name
from ..tools.problems import raise_problems
from ..tools.workflow import with_workflow
from ..tools.writes import writing_each


class ClientRefundApproval(models.Model):
    """How a refund is asked for, and approved or rejected by somebody else."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited
    _approval_activity = "client_refund.mail_activity_approval"

    risks = fields.Json(string="Risks by Kind", readonly=True, copy=False)
    risk_summary = fields.Text(
        string="Risks",
        compute="_compute_risk_summary",
        help="The risks that were found when the refund was asked for.",
    )
    payee_account_number = fields.Char(
        readonly=True, copy=False, help="The number of the payee account when the refund was asked for."
    )

    @api.depends("risks")
    @api.depends_context("lang")
    def _compute_risk_summary(self):
        for refund in self:
            refund.risk_summary = "\n".join(refund._describe(refund.risks))

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_submit(self):
        """Ask for these refunds to be paid: issue those that need no approval, let the others wait for one.

        :return: True
        :raise UserError: with all that is wrong with all of them; then nothing is done
        """
        refunds = self._check_and_ask()
        waiting = refunds.filtered("approval_reasons")
        waiting._wait_for_approval()
        due = refunds - waiting
        due._filter_waiting().activity_unlink([self._approval_activity])
        do_or_name(due, lambda refunds: refunds._issue())
        return True

    def action_post(self):
        """Issue these refunds: pay each with one payment per receivable account, reconciled with exactly its credits.

        :return: True
        :raise UserError: with all that is wrong with all of them, a missing approval too; then none is issued
        """
        refunds = self._check_and_ask()
        raise_problems(
            (refund, self.env._("it needs approval. Ask for it first.\n%(reasons)s", reasons=refund.approval_reason))
            for refund in refunds
            if refund.approval_reasons
        )
        refunds.activity_unlink([self._approval_activity])
        do_or_name(refunds, lambda refunds: refunds._issue())
        return True

    # -------------------------------------------------------------------------
    # Ask
    # -------------------------------------------------------------------------

    def _check_and_ask(self):
        """Ask for these refunds, if they can be issued as they are.

        :return: client.refund, in the hands of their own methods
        :raise UserError: with all that is wrong with all of them
        """
        refunds = with_workflow(self)
        refunds._check_free()
        refunds._check_doable()
        raise_problems(refunds._get_waiting_problems())
        refunds._ask()
        return refunds

    def _get_waiting_problems(self):
        """Which of these refunds wait already, as they are: to ask again would take them from who may approve."""
        waiting = self._filter_waiting().filtered(lambda refund: refund._is_approval_wanted())
        risks = waiting._get_risks()
        return [
            (refund, self.env._("it already waits for approval. Let somebody else approve it, or change it first."))
            for refund in waiting
            if not refund._get_findings(risks[refund])
        ]

    def _ask(self):
        """Keep who asks for these refunds, when, and why they need approval."""
        self._number()
        self._convert_amounts()
        # before the risks: what is asked for together counts together
        self._note_request()
        risks = self._get_risks()
        reasons = self._get_approval_reasons(risks)
        with writing_each(self, "risks", "approval_reasons", "payee_account_number"):
            for refund in self:
                refund.risks = risks[refund]
                refund.approval_reasons = reasons[refund]
                refund.payee_account_number = refund.partner_bank_id.acc_number

    def _convert_amounts(self):
        """Show what these refunds pay out at the rates as they are now: that is what is asked for."""
        foreign = self.filtered(lambda refund: refund.currency_id != refund.company_currency_id)
        self.env.add_to_compute(self._fields["amount_company_currency"], foreign)

    def _note_change(self):
        """Remember that the user changed what these take; those that wait are asked for again."""
        self._add_contributor()
        self._return_to_draft().filtered("line_ids")._ask_again()

    def _return_to_draft(self):
        """Turn those of these refunds that wait for approval into drafts again.

        :return: client.refund, those that waited
        """
        waiting = with_workflow(self._filter_waiting())
        waiting.activity_unlink([self._approval_activity])
        waiting.state = "draft"
        return waiting

    def _ask_again(self):
        """Who changes a waiting refund becomes who asked for it; it stays a draft where no approval is due any more."""
        refunds = with_workflow(self)
        refunds._ask()
        for refund in refunds:
            refund.approval_reasons = refund._get_change_reasons(refund.approval_reasons)
        refunds.filtered("approval_reasons")._wait_for_approval()

    # -------------------------------------------------------------------------
    # What approvers look at
    # -------------------------------------------------------------------------

    def _get_approval_codes(self):
        # the database forgets the order: what the policy says first
        codes = super()._get_approval_codes()
        return dict(sorted(codes.items(), key=lambda code: code[0] in (self.risks or {})))

    def _get_approval_totals(self):
        return self._get_amounts_together()

    def _get_approval_subject(self):
        self.ensure_one()
        texts = {"amount": self._format_amount(), "client": self.partner_id.display_name, "user": self.user_id.name}
        if not self.partner_bank_id:
            return self.env._("%(amount)s to %(client)s, asked for by %(user)s", **texts)
        return self.env._(
            "%(amount)s to %(client)s, account %(account)s, asked for by %(user)s",
            **texts,
            account=self.partner_bank_id.acc_number,
        )

    def _get_contributors(self):
        return super()._get_contributors() | self.create_uid

    def _add_contributor(self):
        # who approved these before saw something else
        with_workflow(self.filtered("approver_id"))._forget_approval()
        # who created one is a contributor to it for good, and need not be linked
        others = self.filtered(lambda refund: refund.create_uid != self.env.user)
        return super(ClientRefundApproval, others)._add_contributor()

    # -------------------------------------------------------------------------
    # Answer
    # -------------------------------------------------------------------------

    def _lock_to_answer(self):
        refunds = super()._lock_to_answer()
        refunds._check_free()
        refunds._lock_items()
        refunds._touch_clients()
        return refunds

    def _carry_out(self):
        do_or_name(self, lambda refunds: refunds._issue())

    def _turn_down(self, reason):
        self.write({"state": "canceled", "cancel_reason": reason})

    def _get_reject_message(self):
        return self.env._(
            "The refund is canceled and no longer reserves its credits. The user who asked for it receives the reason."
        )

    def _get_rejected_summary(self):
        return self.env._("Refund rejected")

    def _get_responsible(self):
        return self.company_id._get_client_refund_responsible(
            self.user_id, self.env.user, self.approver_id, self.partner_id.user_id
        )

    # -------------------------------------------------------------------------
    # What speaks against an approval
    # -------------------------------------------------------------------------

    def _get_approval_problems(self):
        problems = super()._get_approval_problems()
        risks = self._get_risks()
        for refund in self._filter_waiting():
            if findings := refund._get_findings(risks[refund]):
                problem = self.env._(
                    "new since it was asked for: %(findings)s Reject it, so that it can be asked for again.",
                    findings=" ".join(findings),
                )
                problems.append((refund, problem))
            if refund._is_account_of(self.env.user):
                problem = self.env._(
                    "you recently entered payee account %(account)s, so somebody else must approve it.",
                    account=refund.partner_bank_id.acc_number,
                )
                problems.append((refund, problem))
        return problems

    def _get_limit_message(self, total, limit):
        return self.env._(
            "with the client's other refunds it is %(total)s, and you may approve up to %(limit)s. "
            "Somebody with a higher limit must approve it.",
            total=self._format_code_amount(total),
            limit=self._format_code_amount(limit),
        )

    def _get_findings(self, risks):
        """What is different from when this refund was asked for.

        :param risks: dict, kind of risk: values, as they are now
        :return: list of str
        """
        self.ensure_one()
        findings = self._describe({kind: risks[kind] for kind in risks if kind not in (self.risks or {})})
        if sanitize_account_number(self.payee_account_number) != self.partner_bank_id.sanitized_acc_number:
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
