"""What the development scripts share: how they speak, wait for each other, run a command and end."""

import fcntl
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path


def say(message):
    """Tell the person at the terminal what goes on; stdout belongs to the command that runs."""
    print(f"client-refund: {message}", file=sys.stderr, flush=True)


def fail(message):
    """End with one clear line."""
    sys.exit(f"client-refund: {message}")


@contextmanager
def locked(path, waiting):
    """Hold the lock file `path` alone; say `waiting` when another process has it."""
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(waiting)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def supervise(command, env=None):
    """Run `command` to its end, pass on the request to stop, and return its exit code.

    Ctrl-C is not passed on: the terminal sends it to every process in the foreground.
    """
    child = None

    def pass_on(number, frame):
        if child and number != signal.SIGINT:
            child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    child = subprocess.Popen(command, env=env)
    code = child.wait()
    return code if code >= 0 else 128 - code


def end_descendants():
    """End every process that the supervised command left behind (see `adopt_orphans`)."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while pids := children.read_text().split():
        for pid in map(int, pids):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def adopt_orphans():
    """Become the parent of processes whose own parent ends, so that none is lost (Linux only)."""
    import ctypes

    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run_script(main):
    """Run a script's `main` and end with the exit code it gives; Ctrl-C ends it without a traceback."""
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
