#!/usr/bin/env python3
"""Runs all tests on fresh databases; arguments go to pytest (and leave the lifecycle check to `make lifecycle`).

The addon is tested where no other module is; the small addons, how it agrees with its neighbours, and the screens that
they change, where all of them are. On each database as many processes work as there are cores, each on a copy of its
own, which pytest-odoo makes.
"""

import os
import shutil
import subprocess
import sys
import tempfile

import databases
import lifecycle
from processes import fail, run_script, say, supervise

LIFECYCLE = "client_refund_test_lifecycle"
TOGETHER = "client_refund_test_together"
FRESH = "client_refund_test_fresh"

# Long tests first: started last, one of them would keep a single core busy at the end.
LONG = ("test_histories.py", "test_storm.py", "test_tour_thousand_credits.py", "test_tours.py", "test_run_killed.py")

# The addon's tours of the screens that other modules change.
SHARED_SCREENS = "test_tours.py", "test_tour_notice.py"

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


def tests(addon, pattern="test_*.py"):
    """The test files of an addon whose names are like this, long ones first."""
    files = (databases.ROOT / addon / "tests").glob(pattern)
    return sorted(files, key=lambda path: (path.name not in LONG, path.name))


def addon_tests():
    """The tests of the addon that need nothing beside it."""
    elsewhere = [*tests(databases.ADDON, NEIGHBOUR_TESTS), *fresh_tests()]
    return [path for path in tests(databases.ADDON) if path not in elsewhere]


def fresh_tests():
    """What is tested in a firm that has nothing yet, of the addon and of those that install themselves beside it."""
    return sorted(databases.ROOT.glob(f"{databases.ADDON}*/tests/{FRESH_TESTS}"))


def small_tests():
    """What is tested where all small addons and their neighbours are: they themselves, and the screens they change."""
    small = [path for addon in databases.SMALL for path in tests(addon)]
    return [
        *(path for path in tests(databases.ADDON) if path.name in SHARED_SCREENS),
        *(path for path in small if path not in fresh_tests()),
        *tests(databases.ADDON, NEIGHBOUR_TESTS),
    ]


def pytest(database, *arguments):
    """Run tests on a database.

    :return: int, the exit code
    """
    return supervise(["pytest", f"--odoo-database={database}", *map(str, arguments)], databases.RELAXED)


def pytest_at_once(database, *arguments):
    """The same in several processes, a test class at a time."""
    return pytest(database, f"-n{os.cpu_count()}", "--dist=loadscope", "--no-loadscope-reorder", *arguments)


def run_all(options):
    """Run all tests, and the lifecycle check beside them."""
    databases.copy(databases.TEST, LIFECYCLE)
    databases.copy(databases.TEST, TOGETHER)
    output = tempfile.TemporaryFile("w+")
    with databases.timed("running the tests; what the lifecycle check beside them says comes last"):
        check = subprocess.Popen([sys.executable, lifecycle.__file__, LIFECYCLE], stdout=output, stderr=output)
        codes = [pytest_at_once(databases.TEST, *options, *addon_tests()), run_fresh(options), run_together(options)]
        codes.append(check.wait())
    with output:
        output.seek(0)
        print(output.read(), flush=True)
    databases.drop(LIFECYCLE)
    return max(codes)


def run_fresh(options, *arguments):
    """Run the tests of the first refund in a firm that has nothing yet, not even demo data."""
    databases.create_empty(FRESH)
    databases.make_assets(FRESH)
    code = pytest(FRESH, *options, *(arguments or fresh_tests()))
    databases.drop(FRESH)
    return code


def run_together(options):
    """Run the tests of the small addons, where all of them and what they are for are."""
    with databases.timed(f"installing what {', '.join(databases.SMALL)} are for in {TOGETHER}"):
        databases.meet(TOGETHER, *databases.SMALL, neighbours=databases.NEIGHBOURS)
        databases.make_assets(TOGETHER)
    code = pytest_at_once(TOGETHER, *options, *small_tests())
    databases.drop(TOGETHER)
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
    with databases.in_use(databases.TEST):
        databases.create(databases.TEST)
        if arguments:
            say("arguments given: the lifecycle check is left to `make lifecycle`.")
            return run_some(options, arguments)
        return run_all(options)


if __name__ == "__main__":
    run_script(main)
