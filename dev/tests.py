#!/usr/bin/env python3
"""Runs all tests on fresh databases; arguments go to pytest (and leave the lifecycle check to `make lifecycle`).

The addon is tested where no other module is; the small addons, how it agrees with its neighbours, and the screens that
they change, where all of them are. On each of the two databases as many processes work as there are cores, each on a
copy of its own, which pytest-odoo makes. Beside them runs what needs a process or a database for itself.
"""

import os
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import databases
import lifecycle
from processes import fail, run_script, say, supervise

LIFECYCLE = "client_refund_test_lifecycle"
TOGETHER = "client_refund_test_together"
FRESH = "client_refund_test_fresh"

# The addon, and what installs itself beside it and needs nothing else.
OWN = [databases.ADDON, *(addon for addon in databases.PARTS if addon not in databases.CHOSEN)]

# The addon's tests that are run where all others are: the tours of screens that these change, and what all of them
# together cost ordinary accounting.
SHARED_TESTS = ["test_tours_shared.py", "test_nobody_else_pays.py"]

# Tests that need one of databases.NEIGHBOURS, or another small addon.
NEIGHBOUR_TESTS = "test_neighbour_*.py"

# Tests that need a database without demo data.
FRESH_TESTS = "test_first_*.py"

# In the order in which Odoo looks for its test browser.
BROWSERS = ["google-chrome", "chromium", "chromium-browser", "google-chrome-stable"]


@contextmanager
def headless_browser():
    """Let Odoo take Chromium's browser without windows where it is: it needs a quarter less of the processor's time."""
    with tempfile.TemporaryDirectory() as folder:
        if program := shutil.which("chromium-headless-shell"):
            Path(folder, BROWSERS[0]).symlink_to(program)
            os.environ["PATH"] = databases.RELAXED["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        yield


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


def own_tests():
    """The test files of the addon, and of what installs itself beside it, that need no other module."""
    elsewhere = [*addon_tests(NEIGHBOUR_TESTS, *SHARED_TESTS), *fresh_tests()]
    return [path for path in addon_tests("test_*.py") if path not in elsewhere]


def starts_processes(path):
    """Whether tests start processes of their own: a worker of pytest-xdist has threads, with which a fork may hang."""
    return bool(re.search(r"get_context|KilledCase|LiveServerCase", path.read_text()))


def length(path):
    """How long tests take, roughly: those in a browser longest, else the more the longer."""
    return "HttpCase" in path.read_text(), path.stat().st_size


def addon_tests(*patterns):
    """The test files of the addon, and of what installs itself beside it, whose names are like these."""
    return [path for pattern in patterns for path in tests_of(OWN, pattern)]


def tests_of(addons, pattern="test_*.py"):
    return [path for addon in addons for path in sorted((databases.ROOT / addon / "tests").glob(pattern))]


def fresh_tests():
    """What is tested in a firm that has nothing yet, of the addon and of those that install themselves beside it."""
    return sorted(databases.ROOT.glob(f"{databases.ADDON}*/tests/{FRESH_TESTS}"))


def rail_tests():
    """What is tested where all small addons and their neighbours are: these, and what concerns all of them."""
    files = [
        *tests_of(addon for addon in databases.SMALL if addon not in OWN),
        *addon_tests(NEIGHBOUR_TESTS, *SHARED_TESTS),
    ]
    return [path for path in files if path not in fresh_tests()]


def pytest(database, *arguments):
    """Run tests on a database.

    :return: int, the exit code
    """
    return supervise(pytest_command(database, *arguments), databases.RELAXED)


def pytest_command(database, *arguments):
    return ["pytest", f"--odoo-database={database}", *map(str, arguments)]


def at_once(files):
    """Arguments for test files that run on copies of a database, a test class at a time in each process.

    The long ones come first: started last, one of them would keep a single core busy at the end.
    """
    distribution = [f"-n{os.cpu_count()}", "--dist=loadscope", "--no-loadscope-reorder"]
    alone = [path for path in files if not starts_processes(path)]
    return [*distribution, *sorted(alone, key=length, reverse=True)]


def run_all(options):
    """Run the tests of the addon and then those where all small addons are, each on all cores.

    More processes than cores would take a fifth more of the processor's time. What leaves a core idle, or needs none of
    the databases that are made meanwhile, runs beside it.
    """
    check_lifecycle = lifecycle_may_differ()
    with ThreadPoolExecutor() as pool, databases.timed("running the tests"):
        fresh = pool.submit(run_fresh, options)
        databases.create(databases.TEST)
        if check_lifecycle:
            databases.copy(databases.TEST, LIFECYCLE)
        databases.keep_firm(databases.TEST)
        databases.copy(databases.TEST, TOGETHER)
        beside = pool.submit(run_beside, options)
        codes = [pytest(databases.TEST, *options, *at_once(own_tests())), fresh.result(), *beside.result()]
        codes.append(pytest(TOGETHER, *options, *at_once(rail_tests())))
        if check_lifecycle:
            lifecycle.main(LIFECYCLE)
    for copy in (TOGETHER, LIFECYCLE):
        databases.drop(copy)
    return max(codes)


def run_fresh(options):
    """Run what is tested in a firm that has nothing yet.

    :return: int, the exit code
    """
    with fresh_firm():
        return pytest_beside(FRESH, *options, *fresh_tests())


def run_beside(options):
    """Run what starts processes of its own, and make the database where all small addons are.

    :return: list of int, the exit codes
    """
    codes = [pytest_beside(TOGETHER, *options, *filter(starts_processes, own_tests()))]
    databases.meet(TOGETHER, *databases.SMALL, neighbours=databases.NEIGHBOURS)
    databases.make_assets(TOGETHER)
    codes.append(pytest_beside(TOGETHER, *options, *filter(starts_processes, rail_tests())))
    return codes


def pytest_beside(database, *arguments):
    """Run tests on a database while others run, and say at the end what they said.

    :return: int, the exit code
    """
    command = pytest_command(database, *arguments)
    run = subprocess.run(command, env=databases.RELAXED, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"\n{run.stdout}", flush=True)
    return run.returncode


def lifecycle_may_differ():
    """Whether what is installed, updated and uninstalled may differ from the main branch's.

    Where git can't tell, as in a container, it may; and so it may where the environment has LIFECYCLE (.ci/run).
    """
    if "LIFECYCLE" in os.environ:
        return True
    files = [
        f"{databases.ADDON}*",
        *(f":!*{path}" for path in ("/tests/*", "/readme/*", "/description/*", ".rst", ".po")),
    ]
    for command in (
        ["git", "diff", "--name-only", "--merge-base", "origin/main", "--", *files],
        ["git", "ls-files", "--others", "--exclude-standard", "--", *files],
    ):
        run = subprocess.run(command, cwd=databases.ROOT, capture_output=True)
        if run.returncode or run.stdout:
            return True
    say("nothing changed that is installed: the lifecycle check is left out (make lifecycle).")
    return False


@contextmanager
def fresh_firm():
    """A firm that has nothing yet, not even demo data."""
    databases.create_empty(FRESH)
    databases.make_assets(FRESH)
    yield
    databases.drop(FRESH)


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
    alone = [*options, f"--ignore-glob=*/{NEIGHBOUR_TESTS}"]
    if any(path.stem in argument for argument in arguments for path in fresh_tests()):
        with fresh_firm():
            return pytest(FRESH, *options, *arguments)
    if addon := next((addon for addon in databases.SMALL if addon in named), None):
        return run_meeting(addon, *alone, *arguments)
    return pytest(databases.TEST, *alone, databases.ADDON, *arguments)


def main(*arguments):
    """Install the addon in a test database and hand over to pytest."""
    with headless_browser(), databases.in_use(databases.TEST):
        options = browser_options()
        if not arguments:
            return run_all(options)
        say("arguments given: the lifecycle check is left to `make lifecycle`.")
        databases.create(databases.TEST)
        databases.keep_firm(databases.TEST)
        return run_some(options, arguments)


if __name__ == "__main__":
    run_script(main)
