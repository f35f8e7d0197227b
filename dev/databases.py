"""The databases that the development scripts make, and how Odoo is run on them.

Works natively and in a container: it needs only `odoo` and `psql` that find their server by themselves.
"""

import ast
import hashlib
import importlib.util
import os
import re
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from processes import fail, say

ROOT = Path(__file__).resolve().parent.parent
ADDON = "client_refund"


def manifest(addon):
    """What an addon says of itself."""
    return ast.literal_eval((ROOT / addon / "__manifest__.py").read_text())


SMALL = sorted(path.parent.name for path in ROOT.glob(f"{ADDON}_*/__manifest__.py"))
# Features in addons of their own: they need the addon alone.
PARTS = [addon for addon in SMALL if manifest(addon)["depends"] == [ADDON]]
# A firm installs these by choice; the others install themselves where what they are for is.
CHOSEN = [addon for addon in SMALL if not manifest(addon).get("auto_install")]
GLUE = [addon for addon in SMALL if addon not in CHOSEN]
# What their tests want beside what they are for.
COMPANIONS = {
    "client_refund_payment_batch": ["account_payment_sepa_credit_transfer"],
    "client_refund_payment_provider": ["payment_demo"],
}
# What a firm may have beside all of them.
NEIGHBOURS = [
    "account_financial_report",
    "account_reconcile_oca",
    "account_statement_import_camt",
    "base_tier_validation",
    "l10n_de",
]
DEMO = "client_refund_demo"
TEST = "client_refund_test"
TEMPLATE = "client_refund_template_demo"
EMPTY_TEMPLATE = "client_refund_template_empty"

# The scripts and styles of the pages that tests and demo open.
BUNDLES = [
    "bus.websocket_worker_assets",
    "portal.assets_chatter",
    "portal.assets_chatter_style",
    "web.__assets_tests_call__",
    "web.assets_emoji",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_tests",
    "web.assets_web",
    "web.assets_web_print",
    "web.report_assets_common",
    "web.report_assets_pdf",
]

# For what can be made again: PostgreSQL need not wait for the disk at each commit.
RELAXED = os.environ | {"PGOPTIONS": "-c synchronous_commit=off"}
PSQL = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1"]
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) ")


def sql(query, database="postgres"):
    """The rows of a query, as text."""
    run = subprocess.run([*PSQL, "-d", database, "-c", query], stdout=subprocess.PIPE, text=True)
    if run.returncode:
        fail(f"PostgreSQL refused: {query}")
    return run.stdout.removesuffix("\n").split("\n") if run.stdout else []


def odoo(*arguments, script=""):
    """Run Odoo to its end and give its output; fail with the lines of its log that matter if it warns or fails."""
    run = subprocess.run(["odoo", *arguments], env=RELAXED, input=script, capture_output=True, text=True)
    if troubles := complaints(run.stderr):
        print(*troubles, sep="\n")
        fail(f"`odoo {' '.join(arguments)}` logged the above.")
    if run.returncode:
        print(run.stdout + run.stderr)
        fail(f"`odoo {' '.join(arguments)}` ended with exit code {run.returncode}.")
    return run.stdout


def complaints(log):
    """The lines of a log from WARNING upwards, each with the lines (tracebacks) that follow it."""
    found, wanted = [], False
    for line in log.splitlines():
        if match := LOG_LINE.match(line):
            wanted = match["level"] not in ("INFO", "DEBUG")
        if wanted:
            found.append(line)
    return found


def dependencies(*addons):
    """The modules of others that these addons need."""
    return sorted({module for addon in addons for module in manifest(addon)["depends"]} - {ADDON, *SMALL})


def odoo_build():
    """When Odoo's own code was made, which its version number does not tell."""
    folder = importlib.util.find_spec("odoo").submodule_search_locations[0]
    return str(int(Path(folder, "release.py").stat().st_mtime))


def mark(database, note):
    """Write on a finished database what it was made from."""
    sql(f"COMMENT ON DATABASE {database} IS '{note}'")


def note(database):
    """What `mark` wrote; nothing where the database is missing or unfinished."""
    return "".join(sql(f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{database}'"))


def drop(database):
    """Delete a database, with its files, if it is there."""
    if sql(f"SELECT 1 FROM pg_database WHERE datname = '{database}'"):
        odoo("db", "drop", database)


def copy(source, target):
    """Make `target` anew as a copy of `source`, with its files."""
    odoo("db", "duplicate", "--force", source, target)


def load(database, *options):
    """Let Odoo load a database (to install or update modules) and stop."""
    odoo("--database", database, "--stop-after-init", "--no-http", *options)


def make_assets(database):
    """Let Odoo make the bundles of scripts and styles that are not made yet.

    Otherwise the first page would wait for them, and so would each browser test, since a test rolls back.
    """
    script = f"""
for name in {BUNDLES}:
    bundle = env["ir.qweb"]._get_asset_bundle(name)
    bundle.js()
    bundle.css()
env.cr.commit()
"""
    odoo("shell", "--database", database, "--no-http", script=script)


def keep_firm(database):
    """Let the tests' common class make its firm once: it takes it, and else makes one for each test class."""
    script = """
from odoo.addons.client_refund.tests.common import ClientRefundCommon
ClientRefundCommon.keep_firm()
"""
    odoo("shell", "--database", database, "--no-http", script=script)


def template(name, *options):
    """The template `name` with all that the addon depends on; made when it is missing or out of date."""
    wanted = " ".join([odoo_build(), *dependencies(ADDON)])
    with in_use(name):
        if note(name) != wanted:
            with timed(f"making the template database {name} (once)"):
                drop(name)
                # Made here since Odoo would warn that PostgreSQL's optional extensions are not installed.
                sql(f"CREATE DATABASE {name} ENCODING 'unicode' LC_COLLATE 'C' TEMPLATE template0")
                load(name, "--init", ",".join(["base", *dependencies(ADDON)]), *options)
                if name == TEMPLATE:
                    make_assets(name)
                mark(name, wanted)
    return name


def create(database, *chosen):
    """Make a database with demo data and the addon, on a template that has `account` with demo data.

    :param chosen: str, which of the addons that are installed by choice, too
    """
    source = template(TEMPLATE, "--with-demo")
    addons = ",".join([ADDON, *chosen])
    with timed(f"installing {addons} in {database}, which has demo data"):
        copy(source, database)
        load(database, "--init", addons)
        make_assets(database)


def create_empty(database, addon=ADDON):
    """Make a database with an addon and nothing else but what it depends on."""
    source = template(EMPTY_TEMPLATE)
    with timed(f"installing {addon} in {database}, which is empty"):
        copy(source, database)
        load(database, "--init", addon)


def meet(database, *addons, neighbours=()):
    """Install what small addons are for: where the addon is, that must install the small ones too, but the chosen."""
    companions = [module for addon in addons for module in COMPANIONS.get(addon, [])]
    chosen = [addon for addon in addons if addon in CHOSEN]
    if modules := [*dependencies(*addons), *chosen, *companions, *neighbours]:
        load(database, "--init", ",".join(modules))
    assert_installed(database, addons)


def assert_installed(database, addons):
    """Fail unless small addons have installed themselves, or were."""
    installed = sql("SELECT name FROM ir_module_module WHERE state = 'installed'", database)
    if missing := sorted(set(addons) - set(installed)):
        fail(f"{', '.join(missing)} did not install by itself.")


@contextmanager
def in_use(database, wait=True):
    """Keep other scripts away from a database, by a lock that the server frees when this process ends."""
    session = subprocess.Popen([*PSQL, "-d", "postgres"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(function):
        print(f"SELECT {function}(hashtext('{database}'));", file=session.stdin, flush=True)
        return session.stdout.readline().strip()

    if ask("pg_try_advisory_lock") != "t":
        if not wait:
            fail(f"the database {database} is in use by another run: stop that first.")
        say(f"another run uses the database {database}, waiting for its end ...")
        ask("pg_advisory_lock")
    try:
        yield
    finally:
        session.communicate()


def addon_digest():
    """A digest of the code of the addon and its parts, to see whether a database must be updated."""
    digest = hashlib.sha256()
    for path in sorted(path for addon in (ADDON, *PARTS) for path in (ROOT / addon).rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@contextmanager
def timed(message):
    """Say what is done, and afterwards how long it took."""
    say(f"{message} ...")
    start = time.monotonic()
    yield
    say(f"... {time.monotonic() - start:.0f} s")
