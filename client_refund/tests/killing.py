import os
import signal
from multiprocessing import get_context

from odoo.sql_db import Cursor, close_db
from odoo.tests import get_db_name

from .transactions import TransactionsCase

# How often a process is killed; at night more often.
KILLS = int(os.environ.get("KILLS") or 10)


class KilledCase(TransactionsCase):
    """Work that is done in a process of its own, which may be killed at any call to the database."""

    def _work_in_process(self, work, die_at):
        """Let a process of its own do what the scheduler does.

        :param work: function of an environment
        :param die_at: int, the database call at which it is killed, or None
        :return: int, its exit code
        """
        close_db(get_db_name())  # connections are not shared with the parent
        process = get_context("fork").Process(target=self._live, args=(work, die_at), daemon=True)
        process.start()
        process.join(120)
        return process.exitcode

    def _live(self, work, die_at):
        if die_at:
            self._count_down(die_at)
        with self._transaction() as env:
            work(env)
        os._exit(0)

    def _count_down(self, calls):
        """Kill this process at one of its next calls to the database, before or after it is done."""
        left = [calls]

        def counting(method):
            def call(*args, **kwargs):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                result = method(*args, **kwargs)
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return result

            return call

        Cursor.execute = counting(Cursor.execute)
        Cursor.commit = counting(Cursor.commit)
