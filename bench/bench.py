"""Measures section 7 of the design: `bench.py DATABASE PLAIN SMALL REFUNDS RUNS [FIGURE...]`.

DATABASE is a large ledger with the addons, PLAIN the same without them, SMALL a small one with them.

The table goes to the terminal (stderr), the same as JSON to stdout.
"""

import sys
import time

from hands import measure_hands
from issue import measure_issue, measure_run, measure_small
from measure import machine, print_json, print_rows
from others import measure_others
from register import measure_register
from screens import measure_wizard, measure_worklist
from session import environment
from settle import measure_settle

from odoo.modules.registry import Registry


class Bench:
    """What is measured on, and how often."""

    def __init__(self, env, plain, small, refunds, runs):
        self.env = env
        self.plain_database = plain
        self.small_database = small
        self.refunds = refunds
        self.runs = runs

    def wizard(self):
        return measure_wizard(self.env, self.runs, say)

    def worklist(self):
        return measure_worklist(self.env, self.runs, say)

    def others(self):
        with environment(self.plain_database) as plain_env:
            return measure_others(self.env, plain_env, say)

    def settle(self):
        return measure_settle(self.env, self.runs, say)

    def small(self):
        with environment(self.small_database) as env:
            return measure_small(env, min(self.refunds, 200), self.runs, say)

    def issue(self):
        return measure_issue(self.env, self.refunds, self.runs, say)

    def hands(self):
        return measure_hands(self.env, self.refunds, self.runs, say)

    def run(self):
        return measure_run(self.env, self.refunds, self.runs, say)

    def register(self):
        """Installed by choice, the register is not there when all else is measured."""
        database = self.env.cr.dbname
        self.env.cr.rollback()
        say("installing the register")
        Registry.new(database, update_module=True, install_modules=["client_refund_dormant"])
        with environment(database) as env:
            return measure_register(env, self.refunds, say)


# The ledger is largest and untouched when the screens are opened; what is committed comes last.
FIGURES = ["wizard", "worklist", "others", "settle", "small", "issue", "hands", "run", "register"]


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


def measure(bench, figure):
    """The rows of a figure, and how long it took to measure them."""
    start = time.monotonic()
    rows = getattr(bench, figure)()
    say(f"{figure} took {(time.monotonic() - start) / 60:.1f} minutes")
    return rows


def main(database, plain, small, refunds, runs, *figures):
    """Measure these figures, or all of them."""
    with environment(database) as env:
        ledger = describe(env)
        say(", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in ledger.items()))
        bench = Bench(env, plain, small, int(refunds), int(runs))
        rows = [row for figure in figures or FIGURES for row in measure(bench, figure)]
        result = {"machine": machine(env), "ledger": ledger, "rows": rows}
    print_rows(rows, sys.stderr)
    print_json(result, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
