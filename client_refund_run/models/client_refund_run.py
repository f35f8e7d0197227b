from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.client_refund.models.client_refund import ISSUED_STATES
from odoo.addons.client_refund.tools.workflow import (
    with_workflow,
)

# The scheduler is at work, and nothing else changes the refunds.
WORKING_STATES = ("preparing", "checking", "issuing", "undoing")
# The clerk looks at the refunds, and may change them.
OPEN_STATES = ("prepared", "errors")


class ClientRefundRun(models.Model):
    """Refunds for many clients: prepared, reviewed, approved and issued together.

    This file holds the document; the next ones which credits it takes (`client_refund_run_criteria.py`), what it makes
    of them (`client_refund_run_prepare.py`), how it is asked for and approved (`client_refund_run_approval.py`), and
    how it is worked off in the background (`client_refund_run_work.py`).
    """

    _name = "client.refund.run"
    _description = "Client Refund Run"
    _inherit = [
        "client.refund.terms",
        "client.refund.approval.mixin",
        "client.refund.numbers",
        "client.refund.way",
    ]
    _order = "id desc"

    name = fields.Char(string="Number", readonly=True, copy=False)
    company_id = fields.Many2one(term=True)
    date = fields.Date(term=True, tracking=True, help="The accounting date of the payments.")
    journal_id = fields.Many2one(term=True, tracking=True)
    payment_method_line_id = fields.Many2one(term=True)
    reason_id = fields.Many2one(term=True)
    memo = fields.Char(
        term=True,
        help="The text that goes with the payments, after the number of the refund. Empty: the text of the reason, in "
        "the language of the client.",
    )
    send_notice = fields.Boolean(term=True)
    state = fields.Selection(
        selection=[
            ("draft", "Criteria"),
            ("preparing", "Preparing"),
            ("prepared", "Review"),
            ("checking", "Checking"),
            ("to_approve", "To Approve"),
            ("issuing", "Issuing"),
            ("done", "Done"),
            ("errors", "Done with Errors"),
            ("undoing", "Undoing"),
            ("canceled", "Canceled"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="Review: the refunds are drafts that you can check and change. Checking, issuing and undoing are done "
        "in the background. Done with errors: some refunds were not issued and show why.",
    )
    is_working = fields.Boolean(compute="_compute_is_working")
    refund_ids = fields.One2many("client.refund", "run_id", string="Refunds", readonly=True, copy=False)
    skip_ids = fields.One2many("client.refund.run.skip", "run_id", string="Left Out", readonly=True, copy=False)

    # What the screen shows of thousands of refunds
    refund_count = fields.Integer(compute="_compute_figures", help="Without canceled refunds.")
    draft_count = fields.Integer(compute="_compute_figures", help="Refunds that can be issued or retried.")
    issued_count = fields.Integer(compute="_compute_figures")
    failed_count = fields.Integer(compute="_compute_figures", help="Refunds that could not be issued or undone.")
    risk_count = fields.Integer(compute="_compute_figures")
    without_account_count = fields.Integer(compute="_compute_figures", help="Refunds without a payee account.")
    skip_count = fields.Integer(compute="_compute_figures")
    amount = fields.Monetary(
        string="Total",
        compute="_compute_figures",
        currency_field="company_currency_id",
        help="What the run pays out, without refunds that were canceled, converted at its date.",
    )
    amount_issued = fields.Monetary(string="Issued", compute="_compute_figures", currency_field="company_currency_id")
    idle_minutes = fields.Integer(
        compute="_compute_figures", help="The number of minutes without progress of a run that is being worked on."
    )
    progress = fields.Float(compute="_compute_figures", help="How far the work in the background is, in percent.")

    @api.depends("state", "paused")
    def _compute_is_working(self):
        for run in self:
            run.is_working = run.state in WORKING_STATES and not run.paused

    @api.depends("clients_done", "refund_ids.amount", "refund_ids.write_date", "skip_ids", "state")
    def _compute_figures(self):
        """Counted by the database: a run may have a hundred thousand refunds."""
        domain = [("run_id", "in", self.ids)]
        refunds = self.env["client.refund"]
        counts, amounts, moved = {}, {}, defaultdict(list)
        for run, state, count, amount, moved_on in refunds._read_group(
            domain, ["run_id", "state"], ["__count", "amount_company_currency:sum", "write_date:max"]
        ):
            counts[run, state], amounts[run, state] = count, amount
            moved[run].append(moved_on)
        failed = dict(refunds._read_group([*domain, ("run_error", "!=", False)], ["run_id"], ["__count"]))
        risky = dict(
            refunds._read_group([*domain, ("risks", "!=", False), ("state", "!=", "canceled")], ["run_id"], ["__count"])
        )
        without_account = dict(
            refunds._read_group(
                [*domain, ("partner_bank_id", "=", False), ("state", "!=", "canceled")], ["run_id"], ["__count"]
            )
        )
        skipped = dict(self.env["client.refund.run.skip"]._read_group(domain, ["run_id"], ["__count"]))
        live_states = [state for state, _label in refunds._fields["state"].selection if state != "canceled"]
        for run in self:
            run.refund_count = sum(counts.get((run, state), 0) for state in live_states)
            run.draft_count = counts.get((run, "draft"), 0)
            run.issued_count = sum(counts.get((run, state), 0) for state in ISSUED_STATES)
            run.failed_count = failed.get(run, 0)
            run.risk_count = risky.get(run, 0)
            run.without_account_count = without_account.get(run, 0)
            run.skip_count = skipped.get(run, 0)
            run.amount = sum(amounts.get((run, state), 0.0) for state in live_states)
            run.amount_issued = sum(amounts.get((run, state), 0.0) for state in ISSUED_STATES)
            run.idle_minutes = run._get_idle_minutes(max(moved[run], default=run.write_date))
            run.progress = run._get_progress(
                {state: counts.get((run, state), 0) for state in (*live_states, "canceled")}
            )

    @api.model_create_multi
    def create(self, vals_list):
        runs = super().create(vals_list)
        runs._number()
        return runs

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_open_refunds(self):
        """Open the refunds of this run."""
        return self._open_refunds(self.env._("Refunds"), search_default_not_canceled=1)

    def action_open_risky(self):
        """Open the refunds of this run that have risks."""
        return self._open_refunds(self.env._("Refunds with Risks"), search_default_risky=1)

    def action_open_without_account(self):
        """Open the refunds of this run that would be paid to no known account."""
        return self._open_refunds(
            self.env._("No Payee Account"), search_default_not_canceled=1, search_default_no_account=1
        )

    def action_open_failed(self):
        """Open the refunds of this run that could not be issued or undone."""
        return self._open_refunds(self.env._("Failed Refunds"), search_default_failed=1)

    def action_open_skips(self):
        """Open what this run leaves out, and why."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("client_refund_run.action_client_refund_run_skip"),
            "domain": [("run_id", "=", self.id)],
        }

    def action_add_client(self):
        """Open the wizard to add a client's refund to this run.

        :raise UserError: if the run can't be changed
        """
        self.ensure_one()
        self._check_state(*OPEN_STATES)
        return self.env["client.refund.wizard"]._open(
            {
                "run_id": self.id,
                "company_id": self.company_id.id,
                "date": self.date,
                "journal_id": self.journal_id.id,
                "payment_method_line_id": self.payment_method_line_id.id,
                "reason_id": self.reason_id.id,
                "send_notice": self.send_notice,
            }
        )

    def action_view_credits(self):
        """Open the credits that were chosen in the worklist."""
        return self.move_line_ids._get_records_action(name=self.env._("Chosen Credits"))

    # -------------------------------------------------------------------------
    # Helpers
    # -------------------------------------------------------------------------

    def _open_refunds(self, name, **context):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("client_refund_run.action_client_refund_run_refunds"),
            "name": name,
            "domain": [("run_id", "=", self.id)],
            "context": context,
        }

    def _check_changeable(self):
        self._check_state("draft")

    def _as_own_work(self):
        """These runs, each once, in the hands of their own methods, for a user who may change them.

        Locked: of two who do something with a run at once, the second one sees what the first one did.
        """
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        return with_workflow(self)

    def _get_idle_minutes(self, moved_on):
        """For how many minutes nothing has happened.

        :param moved_on: datetime, when something happened to one of its refunds
        """
        self.ensure_one()
        if not self.is_working or not moved_on:
            return 0
        return (fields.Datetime.now() - max(moved_on, self.write_date)) // timedelta(minutes=1)

    def _get_progress(self, counts):
        """How far the work in the background is, in percent.

        :param counts: dict, state of a refund: number of refunds
        """
        self.ensure_one()
        failed = self.failed_count
        waiting = counts["to_approve"]
        done, total = {
            "preparing": (self.clients_done, self.client_count),
            "checking": (waiting + failed, waiting + counts["draft"]),
            "issuing": (self.issued_count + failed, self.refund_count),
            "undoing": (counts["canceled"] + failed, counts["canceled"] + self.refund_count),
        }.get(self.state, (0, 0))
        return 100.0 * min(done, total) / total if total else 0.0
