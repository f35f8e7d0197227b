#!/usr/bin/env python3
"""Runs all tests on fresh databases; arguments go to pytest (and leave the lifecycle check to `make lifecycle`)."""

import os
import shutil
import subprocess
import threading

import databases
import lifecycle
from processes import fail, run_script, say, supervise

SECOND = "client_refund_test_2"

# How the tests are shared out: what a file's setup costs, and which files hold few but long tests.
SETUP = 8
SLOW = {"test_histories.py": 180, "test_storm.py": 50, "test_exchange_estimate.py": 30, "test_tours.py": 60}

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


def test_files():
    """The test files of all addons in two shares: what needs a browser and half of the rest; the other half."""
    files = sorted(path for addon in databases.ADDONS for path in (databases.ROOT / addon).glob("tests/test_*.py"))
    browser = [path for path in files if "HttpCase" in path.read_text()]
    others = sorted(set(files) - set(browser), key=weight, reverse=True)
    shares = (browser, [])
    for path in others:
        min(shares, key=lambda share: sum(map(weight, share))).append(path)
    return shares


def weight(path):
    """About how long a test file takes, in tests."""
    return SETUP + SLOW.get(path.name, 0) + path.read_text().count("    def test_")


def run_in_two_shares(options):
    """Run the tests in two processes, each on a database of its own: a test takes one core."""
    first, second = test_files()
    databases.copy(databases.TEST, SECOND)
    with databases.timed("running the tests in two processes; what the second says comes at the end"):
        with subprocess.Popen(
            ["pytest", f"--odoo-database={SECOND}", "-rs", *map(str, second)],
            env=databases.RELAXED,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            reader = threading.Thread(target=lambda: output.append(process.stdout.read()))
            output = []
            reader.start()
            code = supervise(
                ["pytest", f"--odoo-database={databases.TEST}", *options, *map(str, first)], databases.RELAXED
            )
            reader.join()
    print(*output)
    databases.drop(SECOND)
    return code or process.returncode


def main(*arguments):
    """Install the addons in the test database and hand over to pytest."""
    options = browser_options()
    if not databases.ADDONS:
        fail("there is no addon here (client_refund*/__manifest__.py), so there is nothing to test.")
    with databases.in_use(databases.TEST):
        databases.create(databases.TEST)
        if not arguments:
            lifecycle.check(databases.TEST)
            return run_in_two_shares(options)
        say("arguments given: the lifecycle check is left to `make lifecycle`.")
        database = f"--odoo-database={databases.TEST}"
        return supervise(["pytest", database, *options, *databases.ADDONS, *arguments], databases.RELAXED)


if __name__ == "__main__":
    run_script(main)
