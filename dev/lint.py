"""Checks the style of every file with pre-commit; with `fix`, mends what can be mended.

With `merge`, translations are brought to the terms of their addons; with `release`, none may be missing.
"""

import os
import subprocess

import install
from processes import run_script, supervise

LINT = install.python_step("lint", install.HERE / "requirements-lint.txt", megabytes=500)


def main(action="check"):
    """Run the hooks of the stage that checks, or of the one that mends, or what is done with translations."""
    install.run_steps(LINT)
    programs = LINT.folder / "bin"
    if action in ("merge", "release"):
        return supervise([programs / "python", install.HERE / "translations.py", action])
    environment = os.environ | {
        "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
        "PRE_COMMIT_HOME": str(install.CACHE / "pre-commit"),
    }
    command = [programs / "pre-commit", "run", "--all-files", "--hook-stage"]
    if action == "fix":
        # A hook that mended something is called failed; whether all could be mended is told by a second run.
        subprocess.run([*command, "manual"], env=environment, stdout=subprocess.DEVNULL)
        return supervise([*command, "manual"], environment)
    return supervise([*command, "pre-commit"], environment)


if __name__ == "__main__":
    run_script(main)
