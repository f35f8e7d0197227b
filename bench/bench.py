"""Measures section 7 of the design on a ledger with the addon: `bench.py DATABASE REFUNDS RUNS [FIGURE...]`.

The table goes to the terminal (stderr), the same as JSON to stdout.
"""

import sys

from issue import measure_issue, measure_run
from measure import machine, print_json, print_rows
from screens import measure_wizard, measure_worklist
from session import environment

# The ledger is largest and untouched when the screens are opened.
FIGURES = {
    "wizard": lambda env, refunds, runs: measure_wizard(env, runs, say),
    "worklist": lambda env, refunds, runs: measure_worklist(env, runs, say),
    "issue": lambda env, refunds, runs: measure_issue(env, refunds, runs, say),
    "run": lambda env, refunds, runs: measure_run(env, refunds, runs, say),
}


def say(message):
    """Tell the person at the terminal what goes on."""
    print(f"bench: {message}", file=sys.stderr, flush=True)


def describe(env):
    """The ledger that is measured on."""
    items = env["account.move.line"]
    credits = items._get_open_credit_domain()
    return {
        "journal_items": items.search_count([]),
        "open_credits": items.search_count(credits),
        "clients_with_credits": len(items._read_group(credits, ["partner_id"])),
    }


def main(database, refunds, runs, *figures):
    """Measure these figures, or all of them."""
    with environment(database) as env:
        ledger = describe(env)
        say(", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in ledger.items()))
        rows = [row for figure in figures or FIGURES for row in FIGURES[figure](env, int(refunds), int(runs))]
        result = {"machine": machine(env), "ledger": ledger, "rows": rows}
    print_rows(rows, sys.stderr)
    print_json(result, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
