"""Many hands: how much faster refund runs are issued when two processes do it.

As a program of its own (`hands.py DATABASE RUN`) it is one of these processes: it says that it is ready, waits for a
line, and works the run off as the scheduler does.
"""

import subprocess
import sys
import time

from issue import Desk
from measure import row
from session import environment


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
        row("hands", "one process", [refunds / seconds for seconds in one], "refunds/s"),
        row("hands", "two processes, two runs on two journals", speedup(one, two_journals), "×", at_least=1.7),
        row("hands", "two processes, one run on one journal", speedup(one, one_journal), "×", at_least=1.2),
    ]


def speedup(one, two):
    return [first / second for first, second in zip(one, two, strict=True)]


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

    :return: seconds until all is issued
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
    for process in processes:
        if process.wait():
            raise AssertionError("a process that issues refunds failed")
    seconds = time.perf_counter() - start
    env.cr.rollback()
    env.invalidate_all()
    for run in runs:
        if (run.state, run.issued_count) != ("done", run.refund_count):
            raise AssertionError(
                f"{run.issued_count} of {run.refund_count} refunds were issued, the run is {run.state}"
            )
    return seconds


def main(database, run_id):
    """Work off a run until it is issued, a transaction for each chunk."""
    with environment(database) as env:
        run = env["client.refund.run"].browse(int(run_id))
        run.refund_ids.fetch()  # the registry is warm
        env.cr.rollback()
        print("ready", flush=True)
        sys.stdin.readline()
        env.invalidate_all()
        while run.state == "issuing":
            run._try_chunk()
            env.cr.commit()
            env.invalidate_all()


if __name__ == "__main__":
    main(*sys.argv[1:])
