import logging
from random import shuffle
from time import monotonic

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from odoo.addons.client_refund.tools.background import (
    CONCURRENCY_ERRORS,
    get_error_text,
    step_back_for_others,
)
from odoo.addons.client_refund.tools.problems import get_reason_problems, parse_date, raise_problems
from odoo.addons.client_refund.tools.workflow import with_workflow

from .client_refund_run import WORKING_STATES

_logger = logging.getLogger(__name__)

# How many refunds are done in one transaction at most, and how long that should take at most.
CHUNK = 100
CHUNK_SECONDS = 5
# How many processes find something to do in one run at the same time.
WORKERS = 4
# How many are done as long as nothing is known about how long they take, and however long they take.
FIRST_CHUNK = 20
LEAST_CHUNK = 5
# How long one takes, as this process has seen it: by database and piece of work.
_seconds_each = {}


class ClientRefundRunWork(models.Model):
    """How a run is worked off in the background: chunk by chunk, each a transaction of its own.

    What is done is known from the states of the refunds alone, so that the work can be stopped at any moment, killed
    too, and goes on where it was.
    """

    _inherit = "client.refund.run"  # pylint: disable=consider-merging-classes-inherited

    paused = fields.Boolean(readonly=True, copy=False, tracking=True)
    worker_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The user with whose rights the work is done.",
    )
    undo_reason = fields.Char(readonly=True, copy=False)
    undo_date = fields.Date(readonly=True, copy=False)

    # -------------------------------------------------------------------------
    # Actions
    # -------------------------------------------------------------------------

    def action_pause(self):
        """Stop the work in the background; the refunds that are in hand are finished.

        :return: True
        """
        for run in self._as_own_work():
            run._check_state(*WORKING_STATES)
            run.paused = True
        return True

    def action_resume(self):
        """Go on with the work where it was stopped, in the name of who started it.

        Where that one may not go on it is done in the name of the user; but only who approved a run issues it.

        :return: True
        """
        for run in self._as_own_work():
            run._check_state(*WORKING_STATES)
            run.paused = False
            if not run._may_worker_go_on() and run._may_be_taken_over():
                run.worker_id = self.env.user
            run._trigger_work()
        return True

    def action_undo(self, reason, date=None):
        """Take back all refunds of these runs in the background, each by the rules of `client.refund.action_undo`.

        A run that is not issued yet is discarded by this. Refunds that can't be undone stay, and say why.

        :param reason: str, why
        :param date: date or str, of the reversals where some are needed; today if none is given
        :return: True
        :raise UserError: without a reason, or while the run is at work
        """
        date = parse_date(self.env, date) or fields.Date.context_today(self)
        raise_problems(get_reason_problems(self, reason))
        for run in self._as_own_work():
            run._check_not_at_work()
            run._check_state("prepared", "to_approve", "done", "errors", *WORKING_STATES)
            run.activity_unlink([self._approval_activity])  # who approved what was issued is kept
            with_workflow(run._search_refunds([("run_error", "!=", False)])).run_error = False
            run.write({"undo_reason": reason, "undo_date": date})
            run._start("undoing")
        return True

    # -------------------------------------------------------------------------
    # Who may do what
    # -------------------------------------------------------------------------

    def _may_worker_go_on(self):
        self.ensure_one()
        return self.worker_id.active and self.with_user(self.worker_id).has_access("write")

    def _may_be_taken_over(self):
        """Whether somebody else may go on with the work: only who approved a run issues it."""
        return self.state != "issuing" or not self.approver_id

    def _check_not_at_work(self):
        for run in self:
            if run.is_working:
                raise UserError(self.env._("Refund run %(run)s is at work. Pause it first.", run=run.name))

    def _needs_reversal(self):
        """Whether payments can't be canceled any more: of many refunds some may be."""
        return True

    def _get_undo_alerts(self):
        """What becomes of these runs when they are undone.

        :return: dict of banners, `message` and `level`
        """
        message = self.env._(
            "All refunds of the run are undone in the background: drafts no longer reserve their credits, payments "
            "are canceled, or reversed if their period is locked. Refunds that can't be undone stay and show why."
        )
        return {"run": {"message": message, "level": "info"}}

    # -------------------------------------------------------------------------
    # The scheduler's shell: the only place that commits
    # -------------------------------------------------------------------------

    def _start(self, state, worker=None):
        """Begin a piece of work.

        :param state: str
        :param worker: res.users, in whose name; by default the user
        """
        self.activity_unlink(["mail.mail_activity_data_todo"])  # what the last piece told is out of date
        self.write({"state": state, "paused": False, "worker_id": (worker or self.env.user).id})
        self._trigger_work()

    def _trigger_work(self):
        """Let the work be done in the background; other engines than the scheduler hook in here."""
        self.env.ref("client_refund_run.ir_cron_client_refund_run")._trigger()

    @api.model
    def _cron_work(self):
        """Do a chunk of each run that is at work. As long as something is left, the scheduler calls again.

        In any order: neither a slow run nor one that kills whoever works on it holds up the others.
        """
        runs = list(self._search_at_work())
        shuffle(runs)
        for run in runs:
            if not run.is_working:  # paused meanwhile
                continue
            moved_on = run._try_chunk()
            if not self.env["ir.cron"]._commit_progress(int(moved_on), remaining=self._count_chunks_left()):
                return

    @api.model
    def _search_at_work(self):
        """The runs that the scheduler works off."""
        return self.search([("state", "in", WORKING_STATES), ("paused", "=", False)])

    def _try_chunk(self):
        """Do the next chunk; what goes wrong with it as a whole stops this run alone.

        :return: bool, False where others are in the way
        """
        try:
            return step_back_for_others(self, self._process_chunk)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("Refund run %s was stopped.", self.id)
            reason = error
        return step_back_for_others(self, lambda: self._stop(reason))

    def _stop(self, error):
        """Pause the run for an error that is not one refund's, and tell.

        :return: True
        """
        run = with_workflow(self)
        run.paused = True
        run._tell(
            self.env._(
                "The run was stopped: %(error)s %(way_out)s", error=get_error_text(error), way_out=run._get_way_out()
            )
        )
        return True

    def _get_way_out(self):
        """What helps a run that was stopped: nobody goes on in place of who approved it.

        :return: str
        """
        if not self._may_be_taken_over() and not self._may_worker_go_on() or self._get_missing_approval():
            return self.env._("Choose Back to Review, then Issue, so that somebody else can approve it.")
        return self.env._("Fix the cause, then choose Resume.")

    @api.model
    def _count_chunks_left(self):
        """How much is left to do in all runs, for the scheduler to come again; each run must be finished, too."""
        return sum(run._count_chunks() for run in self._search_at_work())

    def _count_chunks(self):
        """How many chunks the work at hand takes; the last one finishes it, if there is nothing else in it."""
        return 1 + self._count_left() // CHUNK

    def _count_left(self):
        self.ensure_one()
        if self.state == "preparing":
            return max(self.client_count - self.clients_done, 0)
        return self.env["client.refund"].search_count(self._get_work_domain())

    # -------------------------------------------------------------------------
    # One chunk, in a transaction of whoever calls
    # -------------------------------------------------------------------------

    def _process_chunk(self):
        """Do the next chunk of the work; where nothing is left, finish it.

        :return: bool, False where others are at all that is left
        """
        self.ensure_one()
        run = self._as_worker()
        work, finish = {
            "preparing": (run._prepare_chunk, run._finish_preparing),
            "checking": (run._check_chunk, run._finish_checking),
            "issuing": (run._issue_chunk, run._finish_issuing),
            "undoing": (run._undo_chunk, run._finish_undoing),
        }[run.state]
        size = run._get_chunk_size()
        start = monotonic()
        done = work(size)
        if done:
            _seconds_each[run._get_pace_key()] = (monotonic() - start) / done
        if done < size and not run._is_work_left():
            finish()
            return True
        return bool(done)

    def _get_pace_key(self):
        return (self.env.cr.dbname, self.state)

    def _get_chunk_size(self):
        """How many refunds the next transaction does: as many as take a few seconds.

        A process that was just started begins with a few: one that is killed again and again gets on, too.
        """
        seconds = _seconds_each.get(self._get_pace_key())
        size = max(int(CHUNK_SECONDS / seconds), LEAST_CHUNK) if seconds else FIRST_CHUNK
        return min(size, CHUNK)

    def _is_work_left(self):
        return self.state != "preparing" and bool(self._count_left())

    def _as_worker(self):
        """This run, in the hands of whoever started the work: with their rights, companies and language."""
        worker = self.worker_id
        if not worker.active:
            raise UserError(
                self.env._("%(user)s, who started this, is not an active user any more.", user=worker.sudo().name)
            )
        branches = self.env["res.company"].search([("id", "child_of", self.company_id.id)]) & worker.company_ids
        return with_workflow(
            self.with_user(worker).with_context(
                allowed_company_ids=(self.company_id | branches).ids, lang=worker.lang, tz=worker.tz
            )
        )

    def _get_work_domain(self):
        """The refunds that the work at hand is not done for.

        :return: list, a domain
        """
        states = {
            "checking": ("draft",),
            "issuing": ("to_approve",),
            "undoing": ("draft", "to_approve", "in_process", "paid"),
        }[self.state]
        return [("run_id", "=", self.id), ("state", "in", states), ("run_error", "=", False)]

    def _take_refunds(self, size):
        """The next refunds to work on; those that another process works on are left to it.

        :param size: int, how many at most
        """
        # behind a chunk that is in hand there is another one
        refunds = self.env["client.refund"].search(self._get_work_domain(), order="id", limit=WORKERS * CHUNK)
        return with_workflow(refunds.try_lock_for_update(allow_referencing=True, limit=size))

    def _issue_chunk(self, size):
        if missing := self._get_missing_approval():
            raise UserError(self.env._("It needs approval: %(reason)s", reason=missing))
        refunds = self._take_refunds(size)
        self._try_in_batch(refunds, lambda batch: batch._issue_of_run(), self._fail)
        return len(refunds)

    def _undo_chunk(self, size):
        refunds = self._take_refunds(size)
        self._try_in_batch(refunds, lambda batch: batch._undo_of_run(self.undo_reason, self.undo_date), self._fail)
        return len(refunds)

    def _try_in_batch(self, batch, act, fail):
        """Do something with all of a batch; if that fails, with each on its own, and note what fails.

        :param batch: recordset or list
        :param act: function of a batch
        :param fail: function of a batch of one and the error
        """
        if not batch:
            return
        try:
            with self.env.cr.savepoint():
                act(batch)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            if len(batch) > 1:
                for index in range(len(batch)):
                    self._try_in_batch(batch[index : index + 1], act, fail)
                return
            if not isinstance(error, UserError):
                _logger.exception("Refund run %s", self.id)
            fail(batch, error)

    def _fail(self, refund, error):
        refund._note_run_error(get_error_text(error))

    def _finish_issuing(self):
        self.state = "errors" if self._search_refunds([("state", "=", "draft")], limit=1) else "done"
        self._tell(
            self.env._(
                "Issued: %(issued)s refunds. Failed: %(failed)s.", issued=self.issued_count, failed=self.failed_count
            )
        )

    def _finish_undoing(self):
        self.state = "errors" if self.refund_count else "canceled"
        self._tell(
            self.env._(
                "Undone: %(reason)s. Refunds that could not be undone: %(failed)s.",
                reason=self.undo_reason,
                failed=self.refund_count,
            )
        )

    def _tell(self, message):
        """Tell who asked for the run, in its chatter and with an activity."""
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self._message_log(body=message)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Refund run %(run)s", run=self.name),
            note=plaintext2html(message),
            user_id=self.company_id._get_client_refund_responsible(self.user_id, self.env.user, self.approver_id).id,
        )
