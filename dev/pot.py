#!/usr/bin/env python3
"""Prints the terms of an addon that translators need, as a template of translations."""

import databases
from processes import run_script

DATABASE = "client_refund_pot"
# They would change with every export.
DATES = ('"POT-Creation-Date:', '"PO-Revision-Date:')


def main(addon):
    """Export from a database without demo data, whose terms nobody translates."""
    with databases.in_use(DATABASE):
        databases.create_empty(DATABASE, addon)
        terms = databases.odoo("i18n", "export", "--database", DATABASE, "--output", "-", addon)
        databases.drop(DATABASE)
    print(*(line for line in terms.split("\n") if not line.startswith(DATES)), sep="\n", end="")


if __name__ == "__main__":
    run_script(main)
