from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.client_refund.models.client_refund import CHANGEABLE_STATES
from odoo.addons.client_refund.tools.workflow import with_workflow

from .client_refund_run import OPEN_STATES

WAITING = Domain("state", "=", "to_approve")
DRAFTS = Domain("state", "=", "draft")

# How many drafts are judged while the user waits.
MANY_DRAFTS = 500


class ClientRefundRunApproval(models.Model):
    """How a run is asked for and approved as a whole: it counts as one amount, with all risks of its refunds."""

    _inherit = "client.refund.run"  # pylint: disable=consider-merging-classes-inherited
    _approval_activity = "client_refund_run.mail_activity_run_approval"

    # who answers for what was paid out stays
    user_id = fields.Many2one(ondelete="restrict")
    approver_id = fields.Many2one(ondelete="restrict")
    # its table is this addon's, and goes with it
    contributor_ids = fields.Many2many(string="Contributors")

    # -------------------------------------------------------------------------
    # Actions
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
            if not run._search_refunds(DRAFTS, limit=1):
                raise UserError(
                    self.env._(
                        "Refund run %(run)s has no draft refunds to issue. Add a client, or prepare a new run.",
                        run=run.name,
                    )
                )
            with_workflow(run._search_refunds(DRAFTS & Domain("run_error", "!=", False))).run_error = False
            if not run._is_still_approved(DRAFTS):
                run._forget_approval()
                run._note_request()
            run._start("checking")
            run._process_chunk()
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

    def get_issue_question(self):
        """What is about to be issued of this run, for its user to confirm: how much, and who must approve it.

        :return: dict of `message` and `label`
        """
        self.ensure_one()
        question = self.env._(
            "Pay out %(amount)s? Number of refunds: %(count)s.",
            amount=self._format_code_amount(self._get_total(DRAFTS)),
            count=self.env["client.refund"].search_count(Domain("run_id", "=", self.id) & DRAFTS),
        )
        if self._is_still_approved(DRAFTS) or not (reasons := self._get_approval_reasons(DRAFTS)):
            return {"message": question, "label": self.env._("Issue")}
        return {
            "message": f"{question}\n{self._get_approval_notice(reasons)}",
            "label": self.env._("Ask for Approval"),
        }

    def _get_approval_notice(self, reasons):
        """That somebody else must approve this run, and who may.

        :param reasons: dict, code: values
        :return: str
        """
        total = self._get_policy_total(DRAFTS)
        approvers = self.env["client.refund.approval.limit"]._get_approvers_by_document({self: total})[self]
        approvers -= self.env.user
        texts = {"reasons": " ".join(self._describe(reasons)), "approvers": ", ".join(approvers.mapped("name"))}
        if not approvers:
            return self.env._(
                "Somebody else must approve this run, but nobody else has the right to: %(reasons)s An administrator "
                "can give somebody the right to approve refunds, or raise a limit.",
                **texts,
            )
        return self.env._(
            "Somebody else must approve this run: %(reasons)s Users who may approve it: %(approvers)s.", **texts
        )

    # -------------------------------------------------------------------------
    # Ask
    # -------------------------------------------------------------------------

    def _check_chunk(self, size):
        """Check the next refunds, keep why they need approval, and let them wait."""
        refunds = self._take_refunds(size)
        self._try_in_batch(refunds, lambda batch: batch._ask_for_run(), self._fail)
        return len(refunds)

    def _finish_checking(self):
        if not self._search_refunds(WAITING, limit=1):
            self.state = "errors"
            self._tell(lambda told: told.env._("No refund can be issued. Each refund shows why."))
        elif self._is_still_approved(WAITING):
            self._start("issuing", self.approver_id)
        else:
            self._forget_approval()
            self.approval_reasons = self._get_approval_reasons(WAITING)
            if self.approval_reasons:
                self._wait_for_approval()
            else:
                self._start("issuing")

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

    def _get_missing_approval(self):
        """Why this run, which is issued, needs an approval that it does not have (any more).

        :return: str, empty where it needs none
        """
        if self.state != "issuing" or self.approver_id:
            return ""
        return self.approval_reason or " ".join(self._describe(self._get_policy_reasons(WAITING)))

    def _forget_approval(self):
        refunds = self._search_refunds([("approver_id", "!=", False), ("state", "in", CHANGEABLE_STATES)])
        with_workflow(refunds)._forget_approval()
        self.approval_reasons = False
        return super()._forget_approval()

    def _return_to_review(self):
        with_workflow(self._search_refunds(WAITING)).state = "draft"
        self.activity_unlink([self._approval_activity])
        self.write({"state": "prepared", "paused": False})

    # -------------------------------------------------------------------------
    # Why it waits, and for whom
    # -------------------------------------------------------------------------

    def _get_approval_reasons(self, domain):
        """Why this run needs approval.

        :param domain: Domain, which of its refunds are about to be paid
        :return: dict, code: values
        """
        if not self.company_id._is_client_refund_approval_wanted():
            return {}
        reasons = self._get_policy_reasons(domain)
        of_run = Domain("run_id", "=", self.id) & domain
        if count := self.env["client.refund"].search_count(of_run & Domain("risks", "!=", False)):
            reasons["risky_refunds"] = {"count": count}
        if not reasons and self._has_refund_to_approve(domain):
            reasons["waiting_refunds"] = {}
        return reasons

    def _has_refund_to_approve(self, domain):
        """Whether one of its refunds needs approval with what its client was refunded otherwise.

        :param domain: Domain, which of its refunds: those that wait know it, of drafts it is found out
        """
        if domain == WAITING:
            return bool(self._search_refunds(domain & Domain("approval_reasons", "!=", False), limit=1))
        # a clerk waits for the answer: of a huge run the check in the background finds the rest
        drafts = self._search_refunds(domain, limit=MANY_DRAFTS)
        return any(drafts._get_approval_reasons(dict.fromkeys(drafts, {})).values())

    def _get_policy_reasons(self, domain):
        """Why the company's policy wants an approval of this run as a whole.

        :param domain: Domain, which of its refunds are about to be paid
        :return: dict, code: values
        """
        return self.company_id._get_client_refund_policy_reason(self._get_policy_total(domain))

    def _describe_above(self, values):
        return self.env._(
            "%(total)s is above %(limit)s: a run counts as one amount.",
            total=self._format_code_amount(values["total"]),
            limit=self._format_code_amount(values["limit"]),
        )

    def _describe_risky_refunds(self, values):
        return self.env._("%(count)s of its refunds have risks. Look at them.", **values)

    def _describe_waiting_refunds(self, _values):
        return self.env._("Some of its refunds need approval.")

    def _get_contributors(self):
        """Who had a hand in this run or in one of its refunds.

        :return: res.users
        """
        groups = self.env["client.refund"]._read_group([("run_id", "=", self.id)], ["contributor_ids"])
        return (super()._get_contributors() | self.create_uid).union(*(user for (user,) in groups))

    def _get_approval_subject(self):
        return self.env._(
            "%(amount)s in %(count)s refunds, asked for by %(user)s",
            amount=self._format_code_amount(self._get_total(WAITING)),
            count=self.env["client.refund"].search_count(Domain("run_id", "=", self.id) & WAITING),
            user=self.user_id.name,
        )

    def _get_approval_totals(self):
        return {run: run._get_policy_total(WAITING) for run in self}

    def _get_total(self, domain):
        """What this run is about to pay out, in company currency, as its refunds show it.

        :param domain: Domain, which of its refunds
        """
        [[total]] = self.env["client.refund"]._read_group(
            Domain("run_id", "=", self.id) & domain, [], ["amount_company_currency:sum"]
        )
        return total

    def _get_policy_total(self, domain):
        """What this run is about to pay out, in company currency, as it counts against the firm's limits.

        :param domain: Domain, which of its refunds
        """
        groups = self.env["client.refund"]._read_group(
            Domain("run_id", "=", self.id) & domain, ["currency_id", "date:day"], ["amount:sum"]
        )
        return sum(
            self.company_id._convert_client_refund_amount(amount, currency, date) for currency, date, amount in groups
        )

    def _search_refunds(self, domain, limit=None):
        """Those of the refunds of these runs that match a domain."""
        return self.env["client.refund"].search(Domain("run_id", "in", self.ids) & Domain(domain), limit=limit)

    # -------------------------------------------------------------------------
    # Answer
    # -------------------------------------------------------------------------

    def _lock_to_answer(self):
        return self._as_own_work()

    def _carry_out(self):
        """Let these runs be issued in the background, each refund looked at once more."""
        with_workflow(self._search_refunds(WAITING)).write(
            {"approver_id": self.env.uid, "approved_on": fields.Datetime.now()}
        )
        for run in self:
            run._start("issuing")

    def _turn_down(self, _reason):
        self._return_to_review()
        self._forget_approval()

    def _get_reject_message(self):
        return self.env._(
            "The run goes back to review: its refunds are drafts again, to change or to discard. The user who asked "
            "for it receives the reason."
        )

    def _get_rejected_summary(self):
        return self.env._("Refund run rejected")

    def _get_approval_problems(self):
        problems = super()._get_approval_problems()
        for run in self:
            waiting = run._search_refunds(WAITING)
            if own := waiting.filtered(lambda refund: refund._is_account_of(self.env.user)):
                message = self.env._(
                    "you recently entered the payee accounts of %(refunds)s, so somebody else must approve it.",
                    refunds=", ".join(own.mapped("name")),
                )
                problems.append((run, message))
        return problems

    def _name_problem(self, problem):
        """A problem with the run named."""
        self.ensure_one()
        return self.env._("Refund run %(run)s: %(problem)s", run=self.name, problem=problem)
