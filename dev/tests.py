#!/usr/bin/env python3
"""Runs all tests on a fresh database; arguments go to pytest (and leave the lifecycle check to `make lifecycle`)."""

import os
import shutil
import subprocess

import databases
import lifecycle
from processes import fail, run_script, say, supervise

# In the order in which Odoo looks for its test browser.
BROWSERS = ["google-chrome", "chromium", "chromium-browser", "google-chrome-stable"]


def browser_works():
    """Whether the browser that Odoo would take starts: Ubuntu's package is but a hint at another installer."""
    browser = next(filter(shutil.which, BROWSERS), None)
    return bool(browser) and subprocess.run([browser, "--version"], capture_output=True).returncode == 0


def browser_options():
    """pytest's options for browser tours; without a browser that is a failure, unless told otherwise."""
    if browser_works() and shutil.which("wkhtmltopdf"):
        return ["--odoo-http"]
    if os.environ.get("WITHOUT_BROWSER"):
        say("WITHOUT_BROWSER is set: browser tours are skipped.")
        return []
    fail(
        "no browser or no PDF tool found, the browser tours need them: apt-get install chromium wkhtmltopdf "
        "(or leave the tours out with WITHOUT_BROWSER=1 make test)"
    )


def main(*arguments):
    """Install the addons in the test database and hand over to pytest."""
    options = browser_options()
    if not databases.ADDONS:
        fail("there is no addon here (client_refund*/__manifest__.py), so there is nothing to test.")
    with databases.in_use(databases.TEST):
        databases.create(databases.TEST)
        if arguments:
            say("arguments given: the lifecycle check is left to `make lifecycle`.")
        else:
            lifecycle.check(databases.TEST)
        database = f"--odoo-database={databases.TEST}"
        return supervise(["pytest", database, *options, *databases.ADDONS, *arguments], databases.RELAXED)


if __name__ == "__main__":
    run_script(main)
