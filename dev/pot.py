#!/usr/bin/env python3
"""Prints the terms of an addon that translators need, as a template of translations."""

import databases
from processes import fail, run_script

DATABASE = "client_refund_pot"
# They would change with every export.
DATES = ('"POT-Creation-Date:', '"PO-Revision-Date:')


def terms(database, addon):
    """The terms of an addon, exported from a database without demo data, whose terms nobody translates."""
    exported = databases.odoo("i18n", "export", "--database", database, "--output", "-", addon)
    return "\n".join(line for line in exported.split("\n") if not line.startswith(DATES))


def assert_current(database, *addons):
    """Fail unless what is kept in the addons' i18n folders are the terms of their code."""
    with databases.timed(f"comparing the terms of {', '.join(addons)} with those kept for translators"):
        for addon in addons:
            kept = databases.ROOT / addon / "i18n" / f"{addon}.pot"
            if not kept.exists() or kept.read_text().strip() != terms(database, addon).strip():
                fail(f"{kept.relative_to(databases.ROOT)} is not up to date: run `make pot` and translate what is new.")


def main(addon):
    """Export from a database of its own."""
    with databases.in_use(DATABASE):
        databases.create_empty(DATABASE, addon)
        exported = terms(DATABASE, addon)
        databases.drop(DATABASE)
    print(exported, end="")


if __name__ == "__main__":
    run_script(main)
