#!/usr/bin/env python3
"""Exports the terms that translators need into each addon's i18n folder."""

import databases
from processes import run_script

DATABASE = "client_refund_pot"
# They would change with every export.
DATES = ('"POT-Creation-Date:', '"PO-Revision-Date:')


def main():
    """Export from a database without demo data, whose terms nobody translates."""
    with databases.in_use(DATABASE):
        databases.create_empty(DATABASE)
        for addon in databases.ADDONS:
            path = databases.ROOT / addon / "i18n" / f"{addon}.pot"
            databases.odoo("i18n", "export", "--database", DATABASE, "--output", str(path), addon)
            lines = path.read_text().splitlines(keepends=True)
            path.write_text("".join(line for line in lines if not line.startswith(DATES)))
        databases.drop(DATABASE)


if __name__ == "__main__":
    run_script(main)
