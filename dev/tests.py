#!/usr/bin/env python3
"""Runs all tests on fresh databases; arguments go to pytest (and leave the lifecycle check to `make lifecycle`).

The addon is tested where no other module is; each small addon where it meets the module that it is for.
"""

import os
import shutil
import subprocess
import threading

import databases
import lifecycle
from processes import fail, run_script, say, supervise

SECOND = "client_refund_test_2"
MEETING = "client_refund_test_meeting"

# How the tests are shared out: what a file's setup costs, and which files hold few but long tests.
SETUP = 8
SLOW = {
    "test_batch.py": 40,
    "test_client_credit.py": 30,
    "test_exchange_estimate.py": 30,
    "test_histories.py": 180,
    "test_run_killed.py": 40,
    "test_storm.py": 50,
    "test_tours.py": 60,
}

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
    """The test files of the addon in two shares: what needs a browser and half of the rest; the other half."""
    files = sorted((databases.ROOT / databases.ADDON).glob("tests/test_*.py"))
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


def run_meeting(glue, *arguments):
    """Run the tests of a small addon, on a copy of the test database where it meets the module that it is for."""
    with databases.timed(f"installing what {glue} is for in {MEETING}"):
        databases.copy(databases.TEST, MEETING)
        databases.meet(MEETING, glue)
    code = supervise(["pytest", f"--odoo-database={MEETING}", *arguments], databases.RELAXED)
    databases.drop(MEETING)
    return code


def run_some(options, arguments):
    """Run what the arguments ask for: tests of the small addon that they name, or else of the addon."""
    named = [argument.split("/")[0] for argument in arguments]
    if glue := next((glue for glue in databases.GLUE if glue in named), None):
        return run_meeting(glue, *options, *arguments)
    return supervise(
        ["pytest", f"--odoo-database={databases.TEST}", *options, databases.ADDON, *arguments], databases.RELAXED
    )


def main(*arguments):
    """Install the addon in the test database and hand over to pytest."""
    options = browser_options()
    with databases.in_use(databases.TEST):
        databases.create(databases.TEST)
        if arguments:
            say("arguments given: the lifecycle check is left to `make lifecycle`.")
            return run_some(options, arguments)
        lifecycle.check(databases.TEST)
        lifecycle.check_glue()
        codes = [run_in_two_shares(options), *(run_meeting(glue, *options, glue) for glue in databases.GLUE)]
        return max(codes)


if __name__ == "__main__":
    run_script(main)
