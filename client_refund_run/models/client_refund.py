from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.client_refund.tools.problems import group_problems, raise_problems
from odoo.addons.client_refund.tools.workflow import in_workflow, with_workflow

from .client_refund_run import OPEN_STATES


class ClientRefund(models.Model):
    """A refund that is part of a run: asked for, approved and issued with the run."""

    _inherit = "client.refund"

    run_id = fields.Many2one(
        "client.refund.run",
        string="Refund Run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The run that this refund is part of.",
    )
    run_error = fields.Text(
        string="Why It Failed", readonly=True, copy=False, help="Why the run could not issue or undo this refund."
    )

    # -------------------------------------------------------------------------
    # What waits for somebody: not what a run has in hand
    # -------------------------------------------------------------------------

    @api.depends("run_id.state")
    def _compute_is_waiting(self):
        return super()._compute_is_waiting()

    @api.model
    def _get_waiting_domain(self):
        return super()._get_waiting_domain() & (
            Domain("run_id", "=", False) | Domain("run_id.state", "=", "to_approve")
        )

    @api.depends("is_waiting")
    def _compute_is_approval_due(self):
        result = super()._compute_is_approval_due()
        self.filtered(lambda refund: not refund.is_waiting).is_approval_due = False
        return result

    # -------------------------------------------------------------------------
    # What a run does with its refunds
    # -------------------------------------------------------------------------

    def _get_contributors(self):
        return super()._get_contributors() | self.run_id.contributor_ids | self.run_id.create_uid

    def _join_run(self, run):
        """Make these refunds part of a run that is under review; one that waited is a draft again."""
        [run] = run._as_own_work()
        run._check_state(*OPEN_STATES)
        run._add_contributor()
        self._return_to_draft()
        with_workflow(self).run_id = run

    def _ask_for_run(self):
        """Let these drafts wait, with what makes them need approval; those with problems stay, and say why."""
        refunds = self._check_for_run()
        refunds.state = "to_approve"
        (refunds - refunds._filter_still_approved())._ask()

    def _filter_still_approved(self):
        """Those of these waiting refunds that were approved, and are what was approved.

        :return: client.refund
        """
        approved = self.filtered("approver_id")
        for approver, refunds in approved.grouped("approver_id").items():
            changed = refunds.with_user(approver)._get_approval_problems()
            approved -= self.browse(refund.id for refund, _problem in changed)
        return approved

    def _issue_of_run(self):
        """Issue these waiting refunds; those that are not any more what was asked for are drafts, and say why."""
        refunds = self._check_for_run()
        approved = refunds.filtered("approver_id")
        refunds -= refunds._note_run_errors(
            approved._get_approval_problems() + (refunds - approved)._get_missing_approval_problems()
        )
        refunds._issue()

    def _check_for_run(self):
        """Lock, then look whether these refunds can be issued as they are.

        :return: client.refund, those that can
        """
        self._lock_items()
        self._touch_clients()
        self._convert_amounts()
        return self - self._note_run_errors(self._get_problems())

    def _get_missing_approval_problems(self):
        """Which of these refunds need an approval that they did not need when they were asked for."""
        return [
            (
                refund,
                self.env._(
                    "it now needs approval: %(reasons)s Choose Retry on the run to ask for it.",
                    reasons=" ".join(refund._describe(reasons)),
                ),
            )
            for refund, reasons in self._get_approval_reasons(self._get_risks()).items()
            if reasons
        ]

    def _note_run_errors(self, problems):
        """Note why some of these refunds fail.

        :param problems: list of (record, str), of refunds and their lines and offsets
        :return: client.refund, those that fail
        """
        errors = group_problems(problems)
        for refund, texts in errors.items():
            refund._note_run_error("\n".join(texts))
        return self.filtered(errors.get)

    def _note_run_error(self, error):
        """Keep why this refund failed; what was not issued is a draft again.

        :param error: str
        """
        self.write({"run_error": error} | ({"state": "draft"} if self._is_changeable() else {}))

    def _issue(self):
        result = super()._issue()
        self.filtered("run_error").run_error = False
        return result

    def _undo(self, reason, date):
        result = super()._undo(reason, date)
        self.filtered("run_error").run_error = False
        return result

    def _undo_of_run(self, reason, date):
        """Take these refunds back; those of which something can't be called back stay, and say so."""
        self._undo(reason, date)
        for refund in self.filtered(lambda refund: refund._is_issued()):
            refund._note_run_error(self.env._("A part of it could not be undone, so the refund stays for that part."))

    def _get_release_text(self):
        waiting = self.filtered(lambda refund: refund.run_id and refund.state == "to_approve")
        others = super(ClientRefund, self - waiting)._get_release_text()
        if not waiting:
            return others
        text = self.env._("take %(runs)s back to review", runs=", ".join(waiting.run_id.mapped("name")))
        return f"{others}, {text}" if others else text

    # -------------------------------------------------------------------------
    # What nobody else does meanwhile
    # -------------------------------------------------------------------------

    def _prepare_wizard_vals(self):
        return super()._prepare_wizard_vals() | {"run_id": self.run_id.id}

    def _check_changeable(self):
        if not in_workflow(self.run_id):
            self._check_free()
        return super()._check_changeable()

    def _check_free(self):
        """A run has its refunds in hand while it waits with them, or works on them."""
        held = self.filtered(
            lambda refund: (
                refund.run_id
                and refund.run_id.state not in (*OPEN_STATES, "done", "canceled")
                and (refund._is_changeable() or refund.run_id.state == "undoing")
            )
        )
        raise_problems(
            (
                refund,
                self.env._(
                    "it is part of refund run %(run)s, which is %(state)s. Take the run back to review first.",
                    run=refund.run_id.name,
                    state=refund.run_id._get_state_label(),
                ),
            )
            for refund in held
        )
        return super()._check_free()
