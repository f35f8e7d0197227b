#!/usr/bin/env python3
"""Runs all tests on fresh databases; arguments go to pytest (and leave the lifecycle check to `make lifecycle`).

The addon is tested where no other module is; the small addons, how it agrees with its neighbours, and the screens that
they change, where all of them are.
"""

import os
import shutil
import subprocess
import sys
import tempfile

import databases
import lifecycle
from processes import fail, run_script, say, supervise

SECOND = "client_refund_test_2"
LIFECYCLE = "client_refund_test_lifecycle"
TOGETHER = "client_refund_test_together"
FRESH = "client_refund_test_fresh"
SECOND_SHARE = "--second-share"  # how this script calls itself

# How the tests are shared out: what a file's setup costs, and which files hold few but long tests.
SETUP = 8
SLOW = {
    "test_agreement.py": 30,
    "test_batch.py": 40,
    "test_client_credit.py": 30,
    "test_exchange_estimate.py": 30,
    "test_histories.py": 60,
    "test_neighbour_financial_report.py": 40,
    "test_nobody_else_pays.py": 60,
    "test_run_killed.py": 40,
    "test_settlement.py": 60,
    "test_storm.py": 50,
    "test_tour_dashboard.py": 30,
    "test_tour_dormant.py": 15,
    "test_tour_notice.py": 10,
    "test_tour_thousand_credits.py": 40,
    "test_tours.py": 60,
}

# The addon, and what installs itself beside it and needs nothing else.
OWN = [databases.ADDON, *(addon for addon in databases.PARTS if addon not in databases.CHOSEN)]

# The addon's tours of the screens that other modules change.
SHARED_SCREENS = ("test_tour_notice.py", "test_tours.py")

# Tests of the addon that need one of databases.NEIGHBOURS.
NEIGHBOUR_TESTS = "test_neighbour_*.py"

# Tests that need a database without demo data.
FRESH_TESTS = "test_first_*.py"

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
    """The test files of the addon in two shares: what needs a browser and some of the rest; the others.

    The second share leaves time for the small addons, whose tests follow it.
    """
    elsewhere = [*addon_tests(NEIGHBOUR_TESTS), *fresh_tests()]
    files = [path for path in addon_tests("test_*.py") if path not in elsewhere]
    browser = browser_tests(files)
    # in one order in both processes, also where weights are equal
    others = sorted((path for path in files if path not in browser), key=weight, reverse=True)
    shares = {TOGETHER: sum(map(weight, [*rail_tests(), *fresh_tests()])), databases.TEST: sum(map(weight, browser))}
    first, second = browser, []
    for path in others:
        smaller = min(shares, key=shares.get)
        (first if smaller == databases.TEST else second).append(path)
        shares[smaller] += weight(path)
    return first, second


def addon_tests(pattern):
    """The test files of the addon, and of what installs itself beside it, whose names are like this."""
    return tests_of(OWN, pattern)


def tests_of(addons, pattern="test_*.py"):
    return [path for addon in addons for path in sorted((databases.ROOT / addon / "tests").glob(pattern))]


def fresh_tests():
    """What is tested in a firm that has nothing yet, of the addon and of those that install themselves beside it."""
    return sorted(databases.ROOT.glob(f"{databases.ADDON}*/tests/{FRESH_TESTS}"))


def browser_tests(files):
    """Those of these test files that need a browser or a server."""
    return [path for path in files if "HttpCase" in path.read_text()]


def rail_tests():
    """What is tested where all small addons and their neighbours are: they themselves, and the screens they change."""
    return [
        *tests_of(addon for addon in databases.SMALL if addon not in OWN),
        *addon_tests(NEIGHBOUR_TESTS),
        *(path for path in addon_tests("test_tour*.py") if path.name in SHARED_SCREENS),
    ]


def weight(path):
    """About how long a test file takes, in tests."""
    return SETUP + SLOW.get(path.name, 0) + path.read_text().count("    def test_")


def pytest(database, *arguments):
    """Run tests on a database.

    :return: int, the exit code
    """
    return supervise(["pytest", f"--odoo-database={database}", *map(str, arguments)], databases.RELAXED)


def start(script, *arguments):
    """Start a script of ours beside what is done meanwhile.

    :return: its process and the file with what it says
    """
    output = tempfile.TemporaryFile("w+")  # read and closed by `finish`
    command = [sys.executable, script, *arguments]
    return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT), output


def finish(process, output):
    """Wait for what was started and say what it said.

    :return: int, the exit code
    """
    code = process.wait()
    with output:
        output.seek(0)
        print(output.read(), flush=True)
    return code


def run_all(options):
    """Run the tests in two processes, each on databases of its own, and the lifecycle check beside them."""
    first, _second = test_files()
    for copy in (SECOND, LIFECYCLE):
        databases.copy(databases.TEST, copy)
    with databases.timed("running the tests in two processes; what the second and the lifecycle check say comes last"):
        others = [start(__file__, SECOND_SHARE), start(lifecycle.__file__, LIFECYCLE)]
        codes = [pytest(databases.TEST, *options, *first), *(finish(*other) for other in others)]
    databases.drop(LIFECYCLE)
    return max(codes)


def run_second_share(options):
    """Run the first refund of a fresh firm, the other half of the tests, then those where all small addons are."""
    _first, second = test_files()
    codes = [run_fresh(options), pytest(SECOND, *options, *second)]
    databases.copy(SECOND, TOGETHER)
    databases.drop(SECOND)
    with databases.timed(f"installing what {', '.join(databases.SMALL)} are for in {TOGETHER}"):
        databases.meet(TOGETHER, *databases.SMALL, neighbours=databases.NEIGHBOURS)
        databases.make_assets(TOGETHER)
    codes.append(pytest(TOGETHER, *options, *rail_tests()))
    databases.drop(TOGETHER)
    return max(codes)


def run_fresh(options, *arguments):
    """Run the tests of the first refund in a firm that has nothing yet, not even demo data."""
    databases.create_empty(FRESH)
    databases.make_assets(FRESH)
    code = pytest(FRESH, *options, *(arguments or fresh_tests()))
    databases.drop(FRESH)
    return code


def run_meeting(addon, *arguments):
    """Run the tests of a small addon, on a copy of the test database where it meets the module that it is for."""
    with databases.timed(f"installing what {addon} is for in {TOGETHER}"):
        databases.copy(databases.TEST, TOGETHER)
        databases.meet(TOGETHER, addon)
    code = pytest(TOGETHER, *arguments)
    databases.drop(TOGETHER)
    return code


def run_some(options, arguments):
    """Run what the arguments ask for: tests of the small addon that they name, or else of the addon."""
    named = [argument.split("/")[0] for argument in arguments]
    if any(path.stem in argument for argument in arguments for path in fresh_tests()):
        return run_fresh(options, *arguments)
    if addon := next((addon for addon in databases.SMALL if addon in named), None):
        return run_meeting(addon, *options, *arguments)
    return pytest(databases.TEST, *options, databases.ADDON, f"--ignore-glob=*/{NEIGHBOUR_TESTS}", *arguments)


def main(*arguments):
    """Install the addon in the test database and hand over to pytest."""
    options = browser_options()
    if arguments == (SECOND_SHARE,):
        return run_second_share(options)
    with databases.in_use(databases.TEST):
        databases.create(databases.TEST)
        if arguments:
            say("arguments given: the lifecycle check is left to `make lifecycle`.")
            return run_some(options, arguments)
        return run_all(options)


if __name__ == "__main__":
    run_script(main)
