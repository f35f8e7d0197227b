"""Measures section 7 of the design on a database with a ledger and the addon: `bench.py DATABASE REFUNDS RUNS`.

The table goes to the terminal (stderr), the same as JSON to stdout.
"""

import sys

from issue import measure as measure_issue
from measure import machine, print_json, print_rows
from screens import measure_wizard, measure_worklist
from session import environment


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


def main(database, refunds, runs):
    """Measure all figures; the ledger is largest and untouched when the screens are opened."""
    runs = int(runs)
    with environment(database) as env:
        ledger = describe(env)
        say(", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in ledger.items()))
        rows = measure_wizard(env, runs, say) + measure_worklist(env, runs, say)
        rows += measure_issue(env, int(refunds), runs, say)
        result = {"machine": machine(env), "ledger": ledger, "rows": rows}
    print_rows(rows, sys.stderr)
    print_json(result, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
