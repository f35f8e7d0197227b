"""Many hands: how much faster refund runs are issued when two processes do it.

As a program of its own (`hands.py DATABASE RUN`) it is one of these processes: it says that it is ready, waits for a
line, works the run off as the scheduler does, and says how much processor time that took.
"""

import subprocess
import sys
import time

from issue import Desk
from measure import ratios, row
from session import environment

from odoo.tools import SQL

# Between two looks at who waits for whom, in seconds.
INTERVAL = 0.05


def measure_hands(env, refunds, runs, say):
    """The rows of the figure `hands`."""
    desk = Desk(env)
    other = desk.journal.copy({"name": "Second Bank", "code": "BNK9"})
    other.outbound_payment_method_line_ids.payment_account_id = desk.outstanding
    journals = desk.journal, other
    one, two_journals, one_journal = [], [], []
    for number in range(runs):
        say(f"issuing {refunds} refunds with one process and with two, run {number + 1} of {runs}")
        one.append(work(env, [make_run(desk, refunds, desk.journal)], workers=1))
        two_journals.append(work(env, [make_run(desk, refunds // 2, journal) for journal in journals]))
        one_journal.append(work(env, [make_run(desk, refunds, desk.journal)]))
    return [
        row("hands", "one process", [refunds / cost["seconds"] for cost in one], "refunds/s"),
        *hands_rows("two runs on two journals", one, two_journals, at_least=1.7),
        *hands_rows("one run on one journal", one, one_journal, at_least=1.2),
    ]


def hands_rows(what, one, two, at_least):
    """How much faster two processes are, and what keeps them from being faster still.

    :param one, two: lists of what `work` gives, one for each run
    """

    def speedup(kind):
        return ratios([cost[kind] for cost in one], [cost[kind] for cost in two])

    return [
        row("hands", f"two processes, {what}", speedup("seconds"), "×", at_least=at_least),
        row("hands", f"{what}, by processor time", speedup("cpu"), "×"),
        row("hands", f"{what}, waiting for each other", [cost["waiting"] * 100 for cost in two], "%"),
    ]


def make_run(desk, refunds, journal):
    """A run that only waits to be issued, committed.

    :return: client.refund.run
    """
    env = desk.env
    ids = [item for client_id in desk.take(refunds) for item in desk.credits[client_id]]
    run = env["client.refund.run"]._prepare_for_credits(env["account.move.line"].browse(ids))
    run.write({"owing_policy": "ignore", "journal_id": journal.id})
    run.action_prepare()
    while run.state == "preparing":
        run._process_chunk()
    run.action_submit()
    while run.state == "checking":
        run._process_chunk()
    env.cr.commit()
    return run


def work(env, runs, workers=2):
    """Let processes issue these runs: one each, or all the same one.

    :return: dict: `seconds` until all is issued, `cpu`, the processor time of the busiest process, and `waiting`, the
        share of the time that processes waited for a lock
    """
    assigned = runs if len(runs) == workers else runs * workers
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, env.cr.dbname, str(run.id)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for run in assigned
    ]
    for process in processes:
        process.stdout.readline()
    start = time.perf_counter()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    waiting = watch_locks(env, processes)
    seconds = time.perf_counter() - start
    if any(process.wait() for process in processes):
        raise AssertionError("a process that issues refunds failed")
    cpu = max(float(process.stdout.readline()) for process in processes)
    env.cr.rollback()
    env.invalidate_all()
    for run in runs:
        if (run.state, run.issued_count) != ("done", run.refund_count):
            raise AssertionError(
                f"{run.issued_count} of {run.refund_count} refunds were issued, the run is {run.state}"
            )
    return {"seconds": seconds, "cpu": cpu, "waiting": waiting}


def watch_locks(env, processes):
    """Look at what goes on until all processes have ended.

    :return: the share of their time that they waited for a lock
    """
    looks = waiting = 0
    while running := sum(process.poll() is None for process in processes):
        [[blocked]] = env.execute_query(
            SQL("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        )
        env.cr.rollback()  # the next look is a new one
        looks += running
        waiting += blocked
        time.sleep(INTERVAL)
    return waiting / looks


def main(database, run_id):
    """Work off a run until it is issued, a transaction for each chunk."""
    with environment(database) as env:
        run = env["client.refund.run"].browse(int(run_id))
        run.refund_ids.fetch()  # the registry is warm
        env.cr.rollback()
        print("ready", flush=True)
        sys.stdin.readline()
        env.invalidate_all()
        start = time.process_time()
        while run.state == "issuing":
            if not run._try_chunk():  # the other one is at all that is left
                time.sleep(INTERVAL)
            env.cr.commit()
            env.invalidate_all()
        print(time.process_time() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
