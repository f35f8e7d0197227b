"""A PostgreSQL server of our own, reached over a socket in the cache folder.

It runs while any command needs it: the first starts it, the last stops it.
"""

import fcntl
import os
import shutil
import subprocess
from contextlib import contextmanager

from install import CACHE, POSTGRES_PROGRAMS
from processes import fail, locked

BIN = POSTGRES_PROGRAMS.folder / "pgserver/pginstall/bin"
HOME = CACHE / "postgres"
DATA = HOME / "data"
LOG = HOME / "log"
# PostgreSQL refuses to run as root.
IDENTITY = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
VARIABLES = {"PGHOST": str(HOME), "PGUSER": "odoo"}


def program(name, *arguments):
    """Run one of PostgreSQL's programs as the user that owns the data."""
    command = [BIN / name, *arguments]
    output = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.run(command, cwd=HOME, text=True, **output, **IDENTITY)


def create():
    """Make the data folder; nobody else on the machine can reach the socket beside it."""
    HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    if IDENTITY:
        shutil.chown(HOME, IDENTITY["user"], IDENTITY["group"])
    shutil.rmtree(DATA, ignore_errors=True)
    made = program("initdb", "--pgdata", DATA, "--username=odoo", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    if made.returncode:
        fail(f"PostgreSQL could not make its data folder {DATA}: {made.stdout.strip().splitlines()[-1]}")


def start():
    """Start the server unless it runs; it listens on a socket only."""
    if len(str(HOME / ".s.PGSQL.5432")) > 107:
        fail(f"the path {HOME} is too long for PostgreSQL's socket: set XDG_CACHE_HOME to a shorter one.")
    if not (DATA / "PG_VERSION").exists():
        create()
    if program("pg_ctl", "status", "--pgdata", DATA).returncode == 0:
        return
    options = f"-c listen_addresses= -c unix_socket_directories='{HOME}' -c shared_buffers=256MB"
    if program("pg_ctl", "start", "--wait", "--pgdata", DATA, "--log", LOG, "--options", options).returncode:
        reasons = [line for line in LOG.read_text().splitlines() if "FATAL" in line]
        fail(f"PostgreSQL did not start ({', '.join(reasons[-1:])}): {LOG} tells more.")


def stop():
    """Stop the server and wait for its end."""
    program("pg_ctl", "stop", "--wait", "--mode=fast", "--pgdata", DATA)


@contextmanager
def server():
    """Have the server running; it is stopped when nobody is left in here."""
    starting = CACHE / "postgres.lock"
    with open(CACHE / "postgres.users", "w") as users:
        with locked(starting, "waiting for PostgreSQL to start ..."):
            start()
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with locked(starting, "waiting for PostgreSQL to stop ..."):
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                stop()
