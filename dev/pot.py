#!/usr/bin/env python3
"""Exports the terms of all addons that translators need, as templates of translations in a tar archive on stdout."""

import io
import sys
import tarfile

import databases
from processes import fail, run_script

DATABASE = "client_refund_pot"
# They would change with every export.
DATES = ('"POT-Creation-Date:', '"PO-Revision-Date:')


def template(addon):
    """Where the terms of an addon are kept."""
    return databases.ROOT / addon / "i18n" / f"{addon}.pot"


def terms(database, addon):
    """The terms of an addon, exported from a database without demo data, whose terms nobody translates."""
    exported = databases.odoo("i18n", "export", "--database", database, "--output", "-", addon)
    return "\n".join(line for line in exported.split("\n") if not line.startswith(DATES)).strip() + "\n"


def assert_current(database, *addons):
    """Fail unless what is kept in the addons' i18n folders are the terms of their code."""
    with databases.timed(f"comparing the terms of {', '.join(addons)} with those kept for translators"):
        for addon in addons:
            kept = template(addon)
            if not kept.exists() or kept.read_text() != terms(database, addon):
                fail(f"{kept.relative_to(databases.ROOT)} is not up to date: run `make pot`.")


def main():
    """Export from a database of its own that has all addons."""
    addons = sorted(manifest.parent.name for manifest in databases.ROOT.glob("client_refund*/__manifest__.py"))
    with databases.in_use(DATABASE):
        databases.create_empty(DATABASE, ",".join(addons))
        with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as archive:
            for addon in addons:
                content = terms(DATABASE, addon).encode()
                member = tarfile.TarInfo(str(template(addon).relative_to(databases.ROOT)))
                member.size, member.mode = len(content), 0o644
                archive.addfile(member, io.BytesIO(content))
        databases.drop(DATABASE)


if __name__ == "__main__":
    run_script(main)
