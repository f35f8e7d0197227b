#!/usr/bin/env python3
"""Measures the addon on a large ledger, beside what Odoo does without it; prints the figures as JSON."""

import argparse
import hashlib
from contextlib import ExitStack, contextmanager

import databases
from processes import fail, run_script, supervise

DATABASE = "client_refund_bench"
SMALL_DATABASE = "client_refund_bench_small"
LEDGER = "client_refund_ledger"
BENCH = databases.ROOT / "bench"
FIGURES = ["wizard", "worklist", "others", "settle", "small", "issue", "hands", "run", "register"]
SMALL_ITEMS = 50_000


def ledger(items):
    """A database with a ledger and without the addon; made when it is missing or out of date.

    :return: str, its name
    """
    name = f"{LEDGER}_{items}"
    recipe = hashlib.sha256((BENCH / "ledger.py").read_bytes()).hexdigest()
    wanted = f"{databases.odoo_build()} {recipe}"
    with databases.in_use(name):
        if databases.note(name) != wanted:
            source = databases.template(databases.EMPTY_TEMPLATE)
            with databases.timed(f"making a ledger of {items} journal items in {name} (once)"):
                databases.copy(source, name)
                if supervise(["python3", BENCH / "ledger.py", name, str(items)], databases.RELAXED):
                    fail(f"the ledger {name} was not made.")
                databases.sql("VACUUM ANALYZE", name)
                databases.mark(name, wanted)
    return name


def parse(arguments):
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="make bench", usage='make bench ARGS="[--quick] [--figure F] [--runs N]"', add_help=False
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--figure", action="append", default=[], choices=FIGURES)
    parser.add_argument("--runs", type=int)
    options = parser.parse_args(arguments)
    options.runs = options.runs or (1 if options.quick else 3)
    return options


@contextmanager
def copied(source, target):
    """A copy of a ledger with the addon, as long as it is needed."""
    with databases.timed(f"installing the addon on a copy of {source}"):
        databases.copy(source, target)
        databases.load(target, "--init", databases.ADDON)
    yield
    databases.drop(target)


def main(*arguments):
    """Make the ledgers, install the addon on copies of them, and measure there."""
    options = parse(arguments)
    with databases.in_use(DATABASE, wait=False), ExitStack() as stack:
        small = ledger(SMALL_ITEMS)
        source = small if options.quick else ledger(1_000_000)
        stack.enter_context(copied(source, DATABASE))
        stack.enter_context(copied(small, SMALL_DATABASE))
        size = "100" if options.quick else "1000"
        command = ["python3", BENCH / "bench.py", DATABASE, source, SMALL_DATABASE, size, str(options.runs)]
        return supervise([*command, *options.figure], databases.RELAXED)


if __name__ == "__main__":
    run_script(main)
