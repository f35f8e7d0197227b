from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ..tools.groups import check_may_answer
from ..tools.problems import get_reason_problems, raise_problems
from ..tools.workflow import with_workflow

# How many documents one message names.
MANY = 5


class ClientRefundApprovalMixin(models.AbstractModel):
    """What waits for somebody else: who had a hand in it, who may approve it, who is told, and how it is answered.

    Who inherits this has a company, a `state` with `to_approve` and a `_name_problem`; says what is asked for
    (`_get_approval_subject`, `_get_approval_totals`) and why it waits (`approval_reasons`); and does what an answer
    wants (`_lock_to_answer`, `_check_doable`, `_carry_out`, `_turn_down`). In an addon of its own it names
    `contributor_ids` again, so that the table of that goes with the addon.
    """

    _name = "client.refund.approval.mixin"
    _description = "Approval of Client Refunds"
    _inherit = ["client.refund.codes", "mail.thread", "mail.activity.mixin"]

    # the XML id of the type of activity by which approvers learn of it
    _approval_activity = None

    user_id = fields.Many2one(
        "res.users",
        string="Requested By",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        help="The user who submitted it, or changed it since.",
    )
    requested_on = fields.Datetime(readonly=True, copy=False)
    contributor_ids = fields.Many2many(
        "res.users",
        string="Contributors",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        help="The users who created it, changed it or asked for it. None of them may approve it.",
    )
    approver_id = fields.Many2one(
        "res.users",
        string="Approved By",
        readonly=True,
        copy=False,
    )
    can_approve = fields.Boolean(compute="_compute_can_approve")
    is_approval_due = fields.Boolean(
        compute="_compute_is_approval_due",
        help="Whether it must still wait: the settings may no longer require an approval.",
    )
    approved_on = fields.Datetime(readonly=True, copy=False)
    approval_reasons = fields.Json(string="Approval Reasons by Code", readonly=True, copy=False)
    approval_reason = fields.Text(
        string="Why It Needs Approval",
        compute="_compute_approval_reason",
        help="Empty if no approval was needed.",
    )

    @api.depends("approval_reasons")
    @api.depends_context("lang")
    def _compute_approval_reason(self):
        for document in self:
            document.approval_reason = "\n".join(document._describe(document._get_approval_codes()))

    @api.depends("write_date", "contributor_ids")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for document in self:
            document.can_approve = document.state == "to_approve" and self.env.user not in document._get_contributors()

    @api.depends("write_date", "company_id")
    def _compute_is_approval_due(self):
        for document in self:
            document.is_approval_due = document.state == "to_approve" and document._is_approval_wanted()

    def _is_approval_wanted(self):
        """Whether the firm wants an approval of anything like this at all."""
        return self.company_id._is_client_refund_approval_wanted()

    def _get_approval_codes(self):
        """Why this needs approval, as codes in the order in which they are read.

        :return: dict, code: values
        """
        return self.approval_reasons or {}

    # -------------------------------------------------------------------------
    # States
    # -------------------------------------------------------------------------

    def _check_state(self, *states):
        """:raise UserError: names those of these that are in none of the states"""
        raise_problems(self._get_state_problems(*states))

    def _get_state_problems(self, *states):
        """Which of these are in none of some states."""
        return [
            (
                document,
                self.env._(
                    "it is %(state)s. This is possible only in: %(states)s.",
                    state=document._get_state_label(),
                    states=", ".join(document._get_state_label(state) for state in states),
                ),
            )
            for document in self
            if document.state not in states
        ]

    def _get_state_label(self, state=None):
        """What the user reads for a state; without one, for that of this document."""
        self.ensure_one()
        return dict(self._fields["state"]._description_selection(self.env))[state or self.state]

    def _filter_waiting(self):
        return self.filtered(lambda document: document.state == "to_approve")

    # -------------------------------------------------------------------------
    # Who had a hand in it
    # -------------------------------------------------------------------------

    def _get_contributors(self):
        """Who had a hand in this, and so can't approve it."""
        self.ensure_one()
        return self.contributor_ids

    def _add_contributor(self):
        """Remember that the user had a hand in these."""
        new = self.filtered(lambda document: self.env.user not in document.contributor_ids)
        with_workflow(new).contributor_ids = [fields.Command.link(self.env.uid)]

    def _note_request(self):
        """Keep who asks for these, and when."""
        self._add_contributor()
        self.write({"user_id": self.env.uid, "requested_on": fields.Datetime.now()})

    # -------------------------------------------------------------------------
    # Ask
    # -------------------------------------------------------------------------

    def _wait_for_approval(self):
        """Hold these until somebody else has looked at them, and tell who may approve them."""
        if not self:
            return
        self.activity_unlink([self._approval_activity])
        self.state = "to_approve"
        limits = self.env["client.refund.approval.limit"]
        approvers = limits._get_approvers_by_document(self._get_approval_totals())
        self.env["mail.activity"].create(
            [
                document._prepare_approval_activity_vals(approver)
                for document in self
                for approver in approvers[document]
            ]
        )
        self._message_log_batch({document.id: document._get_asked_message(approvers[document]) for document in self})

    def _get_approval_totals(self):
        """What of each of these counts against the limit of who approves it.

        :return: dict, record: amount in company currency
        """
        raise NotImplementedError

    def _get_approval_subject(self):
        """What is to be approved: how much, for whom, and who asked."""
        raise NotImplementedError

    def _prepare_approval_activity_vals(self, approver):
        """The values of the activity by which an approver learns of this; the mail of it says the same.

        :param approver: res.users
        """
        self.ensure_one()
        document = self._speak_to(approver)
        activity_type = document.env.ref(self._approval_activity)
        subject = document._get_approval_subject()
        return {
            "activity_type_id": activity_type.id,
            "automated": True,
            "date_deadline": fields.Date.context_today(document),
            "note": Markup("<p>%s: %s</p>") % (document._get_link(), subject)
            + plaintext2html(document.approval_reason),
            "res_id": document.id,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "summary": f"{activity_type.summary}: {subject}",
            "user_id": approver.id,
        }

    def _get_asked_message(self, approvers):
        """What the chatter says of what waits, in the language of the company, since all read it.

        :param approvers: res.users
        """
        document = self.with_context(lang=self.company_id.partner_id.lang or self.env.lang)
        if not approvers:
            return document.env._(
                "Waiting for approval, but nobody else may approve it. An administrator can give somebody the right "
                "to approve refunds, or raise a limit. %(reasons)s",
                reasons=document.approval_reason,
            )
        return document.env._(
            "Waiting for approval. Users who may approve it: %(approvers)s. %(reasons)s",
            approvers=", ".join(approvers.mapped("name")),
            reasons=document.approval_reason,
        )

    # -------------------------------------------------------------------------
    # Answer
    # -------------------------------------------------------------------------

    def action_approve(self):
        """Approve what waits here, and let it be done.

        :return: True
        :raise AccessError: without the right to approve refunds
        :raise UserError: with all that is wrong with all of them; then none is approved
        """
        check_may_answer(self.env)
        documents = self._lock_to_answer()
        raise_problems(documents._get_approval_problems())
        documents._check_doable()
        documents.write({"approver_id": self.env.uid, "approved_on": fields.Datetime.now()})
        documents.activity_unlink([self._approval_activity])
        documents._message_log_batch({document.id: self.env._("Approved.") for document in documents})
        documents._carry_out()
        documents._tell_approved()
        return True

    def action_reject(self, reason):
        """Reject what waits here; who asked for it is told why.

        :param reason: str, why
        :return: True
        :raise AccessError: without the right to approve refunds
        :raise UserError: with all that is wrong with all of them; then none is rejected
        """
        check_may_answer(self.env)
        documents = self._lock_to_answer()
        raise_problems(get_reason_problems(self, reason) + documents._get_state_problems("to_approve"))
        documents.activity_unlink([self._approval_activity])
        documents._turn_down(reason)
        for document in documents:
            document._message_log(body=self.env._("Rejected: %(reason)s", reason=reason))
            responsible = document._get_responsible()
            document.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=document._speak_to(responsible)._get_rejected_summary(),
                note=plaintext2html(reason),
                user_id=responsible.id,
            )
        return True

    def _lock_to_answer(self):
        """These, each once, in the hands of their own methods, and locked for an answer.

        :return: recordset
        """
        return with_workflow(self)

    def _check_doable(self):
        """Refuse to approve what can't be done as it is by now.

        :raise UserError: with all that is wrong with all of them
        """

    def _carry_out(self):
        """Do what was approved."""
        raise NotImplementedError

    def _turn_down(self, reason):
        """Do what a rejection wants.

        :param reason: str, why
        """
        raise NotImplementedError

    def _forget_approval(self):
        """What changes is not any more what somebody approved."""
        self.write({"approver_id": False, "approved_on": False})

    def _get_approval_problems(self):
        """Why the user can't approve these."""
        waiting = self._filter_waiting()
        return self._get_state_problems("to_approve") + waiting._get_own_hand_problems() + waiting._get_limit_problems()

    def _get_own_hand_problems(self):
        return [
            (document, document._get_own_hand_message())
            for document in self
            if self.env.user in document._get_contributors()
        ]

    def _get_own_hand_message(self):
        return self.env._("you asked for it or changed it, so somebody else must approve it.")

    def _get_limit_problems(self):
        limits = self.env["client.refund.approval.limit"]._search_amounts(self.company_id)
        return [
            (document, document._get_limit_message(total, limit))
            for document, total in self._get_approval_totals().items()
            if (limit := limits[document.company_id].get(self.env.user)) is not None
            and document.company_id.currency_id.compare_amounts(total, limit) > 0
        ]

    def _get_limit_message(self, total, limit):
        return self.env._(
            "it is %(total)s, and you may approve up to %(limit)s. Somebody with a higher limit must approve it.",
            total=self._format_code_amount(total),
            limit=self._format_code_amount(limit),
        )

    def _get_reject_message(self):
        """What becomes of these when they are rejected."""
        raise NotImplementedError

    def _get_rejected_summary(self):
        """What who asked for this reads first when it is rejected."""
        raise NotImplementedError

    def _get_responsible(self):
        """Who learns of what has to be done with this."""
        self.ensure_one()
        return self.company_id._get_client_refund_responsible(self.user_id, self.env.user, self.approver_id)

    def _speak_to(self, user):
        """These, in the language of who is told of them.

        :param user: res.users
        """
        return self.with_context(lang=user.lang or self.env.lang)

    def _tell_approved(self):
        """Let those who asked for these know: one message each, however many were approved."""
        for user, approved in self.grouped("user_id").items():
            told = approved._speak_to(user)
            told.env["mail.thread"].message_notify(
                partner_ids=user.partner_id.ids,
                subject=told.env._(
                    "%(user)s approved: %(refunds)s", user=self.env.user.name, refunds=told._list_names()
                ),
                body=Markup("<br/>").join(
                    Markup("%s: %s") % (document._get_link(), document._get_approval_subject()) for document in told
                ),
            )

    def _list_names(self):
        """The numbers of these, the first of them where they are many."""
        names = ", ".join(self[:MANY].mapped("name"))
        return names if len(self) <= MANY else self.env._("%(refunds)s and more", refunds=names)

    def _get_link(self):
        """A link that leads to this in a mail too, where the chatter's own links don't."""
        self.ensure_one()
        return Markup('<a href="/odoo/%s/%s">%s</a>') % (self._name, self.id, self.display_name)
