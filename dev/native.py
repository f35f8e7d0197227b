"""Runs a command on this machine with Odoo and PostgreSQL from the cache folder, fetched at the first time."""

import os
import signal
import sys

import install
import postgres
from processes import adopt_orphans, end_descendants, fail, supervise


def main(command):
    """Install what is missing, start PostgreSQL, run `command`, stop PostgreSQL."""
    os.umask(0o022)  # as root, PostgreSQL's user must be able to read what is installed
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    environment = install.environment() | postgres.VARIABLES | {"ODOO_HTTP_PORT": os.environ["PORT"]}
    with postgres.server():
        adopt_orphans()
        code = supervise(command, environment)
        end_descendants()
    return code


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except OSError as error:
        fail(install.cure(error))
