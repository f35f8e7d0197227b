import logging

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.client_refund.tools.background import CONCURRENCY_ERRORS
from odoo.addons.queue_job.delay import chain
from odoo.addons.queue_job.exception import RetryableJobError

_logger = logging.getLogger(__name__)

# The work that gives numbers to payments and reversals: gapless in a journal, they make others wait.
NUMBERING_STATES = ("issuing", "undoing")
# After so many minutes without a job done the queue is taken for dead.
IDLE_MINUTES = 2


class ClientRefundRun(models.Model):
    """How the jobs of a queue work off a run: a job does a chunk, and the queue commits it.

    What is done is known from the states of the refunds alone, as it is for the scheduler: a job that comes too late,
    or twice, finds nothing to do.
    """

    _inherit = "client.refund.run"

    # -------------------------------------------------------------------------
    # Into the queue
    # -------------------------------------------------------------------------

    def _trigger_work(self):
        """Let the queue do the work instead of the scheduler: one job a chunk, each waits for the one before."""
        self.ensure_one()
        run = self.sudo().with_company(self.company_id)
        chain(*(run._prepare_job(left) for left in range(run._count_chunks(), 0, -1))).delay()

    def _prepare_job(self, left):
        """The job that does the next chunk of the work at hand.

        :param left: int, how many chunks are left at its turn; the last one comes again where that was too few
        """
        return self.delayable(
            description=self.env._(
                "Refund run %(run)s: %(state)s, %(left)s left", run=self.name, state=self._get_state_label(), left=left
            ),
            identity_key=f"{self._name},{self.id},{self.state},{left}",
        )._work_in_job(self.state, left)

    @api.model
    def _search_jobs(self):
        """The jobs of all runs that are not done yet."""
        return self.env["queue.job"].search(
            [
                ("model_name", "=", self._name),
                ("method_name", "=", "_work_in_job"),
                ("state", "not in", ("done", "cancelled")),
            ]
        )

    # -------------------------------------------------------------------------
    # What the scheduler does all the same
    # -------------------------------------------------------------------------

    @api.model
    def _cron_work(self):
        """Work off what the queue has no job for. Where jobs were made and nobody does them, they are taken out."""
        left = self._search_jobs().filtered(
            lambda job: job.state != "started" and job.records.exists().idle_minutes >= IDLE_MINUTES
        )
        left.button_cancelled()
        return super()._cron_work()

    @api.model
    def _search_at_work(self):
        """The scheduler leaves to the queue what the queue has jobs for."""
        queued = {run.id for job in self._search_jobs() for run in job.records}
        return super()._search_at_work().filtered(lambda run: run.id not in queued)

    # -------------------------------------------------------------------------
    # One job: it commits nothing
    # -------------------------------------------------------------------------

    def _work_in_job(self, state, left):
        """Do the next chunk, if the work that the job was made for still goes on.

        :param state: str, the state of the run when the job was made
        :param left: int, how many chunks are left, with this one
        :return: str, the result that the queue shows
        :raise RetryableJobError: while others are at the same run, or at the same journal
        """
        run = self.exists()
        if run.state != state or not run.is_working:
            return self.env._("Nothing to do: the run is paused, or it has moved on.")
        try:
            with self.env.cr.savepoint():
                moved_on = run._process_chunk()
        except CONCURRENCY_ERRORS as error:
            raise RetryableJobError(repr(error), ignore_retry=True) from error
        except Exception as error:
            _logger.exception("Refund run %s was stopped.", run.id)
            run._stop(error)
            return self.env._("The run was stopped: %(error)s", error=error)
        if not moved_on:
            raise RetryableJobError(self.env._("Another job is working on this run or its journal."), ignore_retry=True)
        if left == 1 and run.state == state:
            run._trigger_work()
        return self.env._("A chunk is done. The run: %(state)s.", state=run._get_state_label())

    # -------------------------------------------------------------------------
    # Nobody waits for the numbers of a journal
    # -------------------------------------------------------------------------

    def _process_chunk(self):
        return self._try_lock_work() and super()._process_chunk()

    def _try_lock_work(self):
        """Keep others from the next chunk of this run, and from the journals that it numbers payments in.

        :return: bool, False where others are at one of them
        """
        self.ensure_one()
        return all(self._try_lock(record) for record in (self, *self._search_numbered_journals()))

    def _search_numbered_journals(self):
        """The journals of the refunds that are left to do, where the work gives numbers."""
        if self.state not in NUMBERING_STATES:
            return self.env["account.journal"]
        groups = self.env["client.refund"]._read_group(self._get_work_domain(), ["journal_id"])
        return self.env["account.journal"].union(*(journal for (journal,) in groups))

    @api.model
    def _try_lock(self, record):
        """Lock a record for work on refunds, until the transaction ends; nobody else is kept from it.

        :return: bool, False where another transaction has it
        """
        [[locked]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", f"client_refund {record._name}", record.id)
        )
        return locked
