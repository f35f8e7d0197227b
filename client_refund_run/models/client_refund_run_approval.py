from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_amount

from odoo.addons.client_refund.models.client_refund import CHANGEABLE_STATES
from odoo.addons.client_refund.models.client_refund_activities import prepare_approval_activity_vals, tell_approved
from odoo.addons.client_refund.tools.groups import check_may_answer
from odoo.addons.client_refund.tools.problems import get_reason_problems, raise_problems
from odoo.addons.client_refund.tools.workflow import with_workflow

from .client_refund_run import OPEN_STATES

APPROVAL_ACTIVITY = "client_refund_run.mail_activity_run_approval"
WAITING = Domain("state", "=", "to_approve")


class ClientRefundRunApproval(models.Model):
    """How a run is asked for and approved as a whole: it counts as one amount, with all risks of its refunds."""

    _inherit = "client.refund.run"  # pylint: disable=consider-merging-classes-inherited

    contributor_ids = fields.Many2many(
        "res.users",
        string="Had a Hand in It",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        help="Everybody who made, prepared or submitted the run. Neither they nor who changed one of its refunds may "
        "approve it.",
    )
    approver_id = fields.Many2one("res.users", string="Approved By", readonly=True, copy=False, ondelete="restrict")
    approved_on = fields.Datetime(readonly=True, copy=False)
    approval_reasons = fields.Json(string="Approval Reasons by Code", readonly=True, copy=False)
    approval_reason = fields.Text(
        string="Why It Needs Approval",
        compute="_compute_approval_reason",
        help="Empty where no approval was due. In the language of who reads it.",
    )
    can_approve = fields.Boolean(compute="_compute_can_approve")

    @api.depends("approval_reasons")
    @api.depends_context("lang")
    def _compute_approval_reason(self):
        for run in self:
            run.approval_reason = "\n".join(run._describe(run.approval_reasons))

    @api.depends("state", "contributor_ids")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for run in self:
            run.can_approve = run.state == "to_approve" and self.env.user not in run._get_contributors()

    def _get_contributors(self):
        """Who had a hand in this run or in one of its refunds.

        :return: res.users
        """
        self.ensure_one()
        groups = self.env["client.refund"]._read_group([("run_id", "=", self.id)], ["contributor_ids"])
        return self.contributor_ids.union(*(user for (user,) in groups))

    def _add_contributor(self):
        """Remember that the user had a hand in these runs."""
        self.contributor_ids = [Command.link(self.env.uid)]

    # -------------------------------------------------------------------------
    # Ask
    # -------------------------------------------------------------------------

    def action_submit(self):
        """Ask for these runs to be paid: their refunds are checked; then they are issued, or wait for approval.

        After errors, the refunds that failed are asked for again, and only they. An approval stays good for those that
        nobody changed since.

        :return: True
        :raise UserError: if there is nothing to issue
        """
        for run in self._as_own_work():
            run._check_state(*OPEN_STATES)
            drafts = Domain("state", "=", "draft")
            if not run._search_refunds(drafts, limit=1):
                raise UserError(self.env._("Refund run %(run)s has no draft refunds to issue.", run=run.name))
            with_workflow(run._search_refunds(drafts & Domain("run_error", "!=", False))).run_error = False
            if not run._is_still_approved(drafts):
                run._forget_approval()
                run.user_id = self.env.user
                run._add_contributor()
            run._start("checking")
            run._process_chunk()
        return True

    def _is_still_approved(self, domain):
        """Whether this run was approved by somebody who may still do so, with all of these refunds.

        :param domain: Domain, which of its refunds
        """
        self.ensure_one()
        approver = self.approver_id
        return (
            approver.active
            and approver.has_group("client_refund.group_client_refund_approve")
            and self.company_id in approver.company_ids
            and not self._search_refunds(domain & Domain("approver_id", "=", False), limit=1)
        )

    def _forget_approval(self):
        self.activity_unlink([APPROVAL_ACTIVITY])
        forgotten = {"approver_id": False, "approved_on": False}
        refunds = self._search_refunds([("approver_id", "!=", False), ("state", "in", CHANGEABLE_STATES)])
        with_workflow(refunds).write(forgotten)
        self.write({**forgotten, "approval_reasons": False})

    def _search_refunds(self, domain, limit=None):
        """Those of the refunds of these runs that match a domain."""
        return self.env["client.refund"].search(Domain("run_id", "in", self.ids) & Domain(domain), limit=limit)

    def _check_chunk(self):
        """Check the next refunds, keep why they need approval, and let them wait."""
        refunds = self._take_refunds()
        self._try_in_batch(refunds, lambda batch: batch._ask_for_run(), self._fail)
        return len(refunds)

    def _finish_checking(self):
        if not self._search_refunds(WAITING, limit=1):
            self.state = "errors"
            self._tell(self.env._("No refund can be issued: each says why."))
        elif self._is_still_approved(WAITING):
            self._start("issuing", self.approver_id)
        else:
            self._forget_approval()
            self.approval_reasons = self._get_approval_reasons()
            if self.approval_reasons:
                self._wait_for_approval()
            else:
                self._start("issuing")

    def _get_total(self):
        """What this run is about to pay out, in company currency, at the rates as they are now."""
        groups = self.env["client.refund"]._read_group(
            Domain("run_id", "=", self.id) & WAITING, ["currency_id", "date:day"], ["amount:sum"]
        )
        return sum(
            currency._convert(amount, self.company_currency_id, self.company_id, date)
            for currency, date, amount in groups
        )

    def _get_approval_reasons(self):
        """Why this run needs approval.

        :return: dict, code: values
        """
        if not self.company_id._is_client_refund_approval_wanted():
            return {}
        reasons = self._get_policy_reasons()
        refunds = self.env["client.refund"]
        waiting = Domain("run_id", "=", self.id) & WAITING
        if count := refunds.search_count(waiting & Domain("risks", "!=", False)):
            reasons["risky_refunds"] = {"count": count}
        if not reasons and refunds.search_count(waiting & Domain("approval_reasons", "!=", False), limit=1):
            reasons["waiting_refunds"] = {}
        return reasons

    def _describe_risky_refunds(self, values):
        return self.env._("%(count)s of its refunds have risks. Look at them.", **values)

    def _describe_waiting_refunds(self, _values):
        return self.env._("Some of its refunds need approval.")

    def _get_policy_reasons(self):
        """Why the company's policy wants an approval of this run as a whole.

        :return: dict, code: values
        """
        policy = self.company_id._get_client_refund_policy()
        currency = self.company_currency_id
        total = self._get_total()
        limit = policy.client_refund_approval_amount
        if policy.client_refund_approval_policy == "always":
            return {"always": {}}
        if policy.client_refund_approval_policy == "above" and currency.compare_amounts(total, limit) > 0:
            return {"above_as_run": {"total": currency.round(total), "limit": limit}}
        return {}

    def _describe_above_as_run(self, values):
        return self.env._(
            "%(total)s is above %(limit)s: a run counts as one amount.",
            total=self._format_code_amount(values["total"]),
            limit=self._format_code_amount(values["limit"]),
        )

    def _check_approved(self):
        """:raise UserError: if this run needs an approval that it does not have (any more)"""
        if self.approver_id:
            return
        if reason := self.approval_reason or " ".join(self._describe(self._get_policy_reasons())):
            raise UserError(
                self.env._(
                    "Refund run %(run)s needs approval: %(reason)s Take it back to review, then issue it again.",
                    run=self.name,
                    reason=reason,
                )
            )

    def _wait_for_approval(self):
        """Hold the refunds until somebody else has looked at the run: one activity for all of them."""
        self.state = "to_approve"
        limits = self.env["client.refund.approval.limit"]
        approvers = (
            limits._get_approvers(self.company_id, self._get_total(), limits._get_amounts(self.company_id))
            - self._get_contributors()
        )
        self.env["mail.activity"].create([self._prepare_approval_activity_vals(approver) for approver in approvers])
        self._message_log(body=self._get_asked_message(approvers))

    def _prepare_approval_activity_vals(self, approver):
        """The values of the activity by which an approver learns of this run.

        :param approver: res.users
        :return: dict
        """
        run = self.with_context(lang=approver.lang)
        return prepare_approval_activity_vals(
            run, APPROVAL_ACTIVITY, approver, run.approval_reason, run._get_approval_subject()
        )

    def _get_approval_subject(self):
        """What is to be approved: how much, to how many clients, and who asked.

        :return: str
        """
        return self.env._(
            "%(amount)s in %(count)s refunds, asked for by %(user)s",
            amount=self._format_code_amount(self._get_total()),
            count=self.env["client.refund"].search_count(Domain("run_id", "=", self.id) & WAITING),
            user=self.user_id.name,
        )

    def _get_asked_message(self, approvers):
        # all read it
        run = self.with_context(lang=self.company_id.partner_id.lang or self.env.lang)
        if not approvers:
            return run.env._(
                "Waits for approval, and nobody else may approve it. An administrator can give somebody the right "
                "to approve refunds, or raise a limit. %(reasons)s",
                reasons=run.approval_reason,
            )
        return run.env._(
            "Waits for approval. Any of these may approve it: %(approvers)s. %(reasons)s",
            approvers=", ".join(approvers.mapped("name")),
            reasons=run.approval_reason,
        )

    # -------------------------------------------------------------------------
    # Answer
    # -------------------------------------------------------------------------

    def action_approve(self):
        """Approve these waiting runs; they are issued in the background, each refund looked at once more.

        :return: True
        :raise AccessError: without the right to approve refunds
        :raise UserError: with all that is wrong
        """
        check_may_answer(self.env)
        for run in self._as_own_work():
            run._check_state("to_approve")
            raise_problems(run._get_approval_problems())
            run.activity_unlink([APPROVAL_ACTIVITY])
            approval = {"approver_id": self.env.uid, "approved_on": fields.Datetime.now()}
            with_workflow(run._search_refunds(WAITING)).write(approval)
            run.write(approval)
            run._message_log(body=self.env._("Approved."))
            run._start("issuing")
        tell_approved(self)
        return True

    def _get_reject_alerts(self):
        """What becomes of these runs when they are rejected.

        :return: dict of banners, `message` and `level`
        """
        message = self.env._(
            "The run goes back to review: its refunds are drafts again, to mend or to discard. Who asked for it is "
            "told why."
        )
        return {"reject": {"message": message, "level": "info"}}

    def action_reject(self, reason):
        """Send these waiting runs back to review, and tell who asked for them why.

        :param reason: str, why
        :return: True
        :raise AccessError: without the right to approve refunds
        :raise UserError: without a reason, or if a run does not wait
        """
        check_may_answer(self.env)
        raise_problems(get_reason_problems(self, reason))
        for run in self._as_own_work():
            run._check_state("to_approve")
            run._return_to_review()
            run._forget_approval()
            run._tell(self.env._("Rejected: %(reason)s", reason=reason))
        return True

    def action_review(self):
        """Take these runs back to review: what is not issued becomes drafts, which can be changed.

        An approval stays good for those that nobody changes.

        :return: True
        :raise UserError: while a run is at work
        """
        for run in self._as_own_work():
            run._check_not_at_work()
            run._check_state("to_approve", "checking", "issuing")
            run._return_to_review()
        return True

    def _return_to_review(self):
        with_workflow(self._search_refunds(WAITING)).state = "draft"
        self.activity_unlink([APPROVAL_ACTIVITY])
        self.write({"state": "prepared", "paused": False})

    def _get_approval_problems(self):
        """Why the user can't approve this run.

        :return: list of (client.refund.run, str)
        """
        self.ensure_one()
        total = self._get_total()
        currency = self.company_currency_id
        limit = self.env["client.refund.approval.limit"]._get_amounts(self.company_id).get(self.env.user, total)
        problems = []
        if self.env.user in self._get_contributors() | self.create_uid:
            problems.append(self.env._("you asked for it or changed it, so somebody else must approve it."))
        if currency.compare_amounts(total, limit) > 0:
            problems.append(
                self.env._(
                    "it is %(total)s, and you may approve up to %(limit)s. Somebody with a higher limit must "
                    "approve it.",
                    total=format_amount(self.env, total, currency),
                    limit=format_amount(self.env, limit, currency),
                )
            )
        waiting = self._search_refunds(WAITING)
        if own := waiting.filtered(lambda refund: refund._is_account_of(self.env.user)):
            problems.append(
                self.env._(
                    "you entered the payee accounts of %(refunds)s lately, so somebody else must approve it.",
                    refunds=", ".join(own.mapped("name")),
                )
            )
        return [(self, problem) for problem in problems]

    def _name_problem(self, problem):
        """A problem with the run named.

        :return: str
        """
        self.ensure_one()
        return self.env._("Refund run %(run)s: %(problem)s", run=self.name, problem=problem)
