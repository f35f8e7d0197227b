#!/usr/bin/env python3
"""Runs a refund's whole life in the charts of accounts of many countries; arguments go to pytest."""

import databases
from processes import run_script, supervise

CHARTS = "client_refund_test_charts"
# By the chart that their modules bring.
MODULES = {
    "br": "l10n_br",
    "ch": "l10n_ch",
    "de_skr03": "l10n_de",
    "es_pymes": "l10n_es",
    "fr": "l10n_fr_account",
    "it": "l10n_it",
    "jp": "l10n_jp",
    "mx": "l10n_mx",
    "nl": "l10n_nl",
    "us": "l10n_us_account",
}


def main(*arguments):
    databases.create_empty(CHARTS)
    with databases.timed(f"installing {', '.join(MODULES.values())}"):
        databases.load(CHARTS, "--init", ",".join(MODULES.values()))
    tests = databases.ROOT / databases.ADDON / "tests/test_neighbour_charts.py"
    environment = databases.RELAXED | {"CHARTS": ",".join(MODULES)}
    code = supervise(["pytest", f"--odoo-database={CHARTS}", str(tests), *arguments], environment)
    databases.drop(CHARTS)
    return code


if __name__ == "__main__":
    run_script(main)
