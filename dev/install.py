"""Fetches Odoo, its Python packages and PostgreSQL into the user's cache folder, each of them once.

Nothing here needs root: Debian packages are only unpacked, Python packages go into a virtual environment.
"""

import errno
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from processes import fail, locked, say

HERE = Path(__file__).resolve().parent
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
DOCKER = "or install Docker, which needs none of this"
# The suites of Debian and what is taken from each; all but the first serve the links in Odoo's package.
DEBIAN = {
    "sid": [
        "odoo-19",
        "libjs-jquery",
        "libjs-jquery-form",
        "libjs-underscore",
        "fonts-roboto-unhinted",
        "fonts-montserrat",
        "fonts-ocr-b",
    ],
    "bookworm": ["fonts-font-awesome", "fonts-inconsolata"],
}
POSTGRES = "pgserver==0.1.4"
DATABASES = 1000  # megabytes that the databases need beside the programs


def cache_folder():
    """The folder of everything that is fetched or made; root's lies where other users can reach the programs."""
    if os.geteuid() == 0:
        return Path("/var/cache/client-refund")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "client-refund"


CACHE = cache_folder()


class Step:
    """A folder in the cache, named by a digest of what it is made from, so that a change makes it anew."""

    def __init__(self, name, inputs, build, megabytes):
        digest = hashlib.sha256("\n".join(map(str, inputs)).encode()).hexdigest()[:12]
        self.name, self.build, self.megabytes = name, build, megabytes
        self.folder = CACHE / f"{name}-{digest}"
        self.done = self.folder / ".done"

    def run(self):
        """Make the folder if it is not there yet, or was left half made."""
        if not self.done.exists():
            say(f"fetching {self.name} into {self.folder} ...")
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self.build(self.folder)
            self.done.touch()


def run_or_fail(command, explain, **options):
    """Run `command`; on failure end with the line that `explain` makes of its error output."""
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    process = subprocess.Popen(command, **options)
    try:
        output, complaints = process.communicate()
    except BaseException:
        # What the command started must not go on to write where the next run starts over.
        os.killpg(process.pid, signal.SIGKILL)
        raise
    if process.returncode:
        errors = [line for line in complaints.splitlines() if line.strip()] or [f"{command[0]} failed"]
        if "No space left on device" in complaints:
            fail(no_space())
        fail(explain(errors))
    return output


def no_space(megabytes=None):
    """The line for a full disk."""
    needed = f"{megabytes} MB are" if megabytes else "more space is"
    cure = "make room" if os.geteuid() == 0 else "make room, or set XDG_CACHE_HOME to a folder on another disk"
    return f"no disk space: {needed} needed in {CACHE}: {cure} and run again."


def cure(error):
    """The line for what the operating system refused."""
    if error.errno == errno.ENOSPC:
        return no_space()
    if isinstance(error, PermissionError):
        return (
            f"no permission for {error.filename}: give it, or set XDG_CACHE_HOME to a folder of yours, and run again."
        )
    return f"{error}."


def debian_mirror():
    """The address of the Debian mirror that this machine's own apt uses."""
    if mirror := os.environ.get("DEBIAN_MIRROR"):
        return mirror
    if not shutil.which("apt-get"):
        fail("this is no Debian-like system (there is no apt-get): install Docker and run again.")
    addresses = run_or_fail(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        lambda errors: f"apt-get does not work here ({errors[-1]}): mend it, {DOCKER}.",
    ).split()
    for address in addresses:
        if address.rstrip("/").endswith("/debian"):
            return address
    fail(
        "this system's apt knows no Debian mirror (www.debian.org/mirror/list names them all): "
        f"DEBIAN_MIRROR=<address> make demo, {DOCKER}."
    )


def debian_keyring():
    """The keys that Debian's archive is signed with; other systems have them in a package."""
    if Path(KEYRING).exists():
        return KEYRING
    folder = CACHE / "apt" / "keyring"
    fetch_debs(["debian-archive-keyring"], folder, options=[])
    return str(folder) + KEYRING


def fetch_debs(packages, folder, options):
    """Download Debian packages and unpack them into `folder`."""
    debs = CACHE / "apt" / "debs"
    shutil.rmtree(debs, ignore_errors=True)
    debs.mkdir(parents=True)
    run_or_fail(
        ["apt-get", *options, "download", *packages],
        lambda errors: f"could not get a Debian package ({errors[-1]}): run again later, {DOCKER}.",
        cwd=debs,
    )
    for deb in debs.iterdir():
        run_or_fail(["dpkg", "-x", deb, folder], lambda errors: f"could not unpack a Debian package: {errors[-1]}")
    shutil.rmtree(debs)


def fetch_from_debian(suite, packages, folder):
    """Download packages of a Debian suite with an apt of our own that leaves the system's alone."""
    mirror, keyring = debian_mirror(), debian_keyring()
    apt = CACHE / "apt" / suite
    (apt / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (apt / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    (apt / "sources.list").write_text(f"deb [signed-by={keyring}] {mirror} {suite} main\n")
    settings = {
        "Dir::State::Lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        "Dir::Etc::SourceList": apt / "sources.list",
        "Dir::Etc::SourceParts": "/nonexistent",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    options = ["-q", *(word for name, value in settings.items() for word in ("-o", f"{name}={value}"))]
    run_or_fail(
        ["apt-get", *options, "update"],
        lambda errors: f"could not reach the Debian mirror {mirror} ({errors[0]}): check the network and run again.",
    )
    fetch_debs(packages, folder, options)


def pip(python, *arguments):
    """Run pip in the virtual environment, or fail with its last word."""
    run_or_fail(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments],
        lambda errors: f"could not get a Python package ({errors[-1]}): check the network and run again.",
    )


def build_odoo(folder):
    """Odoo from Debian's package, complete with what the package links to or leaves out."""
    for suite, packages in DEBIAN.items():
        fetch_from_debian(suite, packages, folder)
    site = folder / "usr/lib/python3/dist-packages"
    # Debian leaves this file out, and without it every asset bundle logs an error.
    selfie = site / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    selfie.parent.mkdir(exist_ok=True)
    selfie.touch()
    command = folder / "bin" / "odoo"
    command.parent.mkdir()
    command.write_text('#!/bin/sh\nexec python3 -m odoo "$@"\n')
    command.chmod(0o755)


def make_venv(folder):
    """A virtual environment with pip, also where Debian's python3-venv is missing."""
    brings_pip = importlib.util.find_spec("ensurepip")
    options = [] if brings_pip else ["--without-pip"]
    run_or_fail(
        [sys.executable, "-m", "venv", *options, folder],
        lambda errors: f"could not make a virtual environment with {sys.executable}: {errors[-1]}",
    )
    if not brings_pip:
        fetch_from_debian("sid", ["python3-pip-whl"], folder / "pip")
        wheel = next((folder / "pip/usr/share/python-wheels").glob("pip-*.whl"))
        run_or_fail(
            [folder / "bin/python", wheel / "pip", "install", "--quiet", "--no-index", wheel],
            lambda errors: f"could not install pip: {errors[-1]}",
        )


def build_postgres(folder):
    """PostgreSQL's programs; the wheel of one Python version serves them all, for only its binaries are used."""
    only = ["--no-deps", "--only-binary=:all:", "--python-version=3.12", "--target", folder]
    pip(PYTHON.folder / "bin/python", *only, POSTGRES)


def python_step(name, *requirements, megabytes):
    """The step that makes a virtual environment with the packages of these requirement files."""

    def build(folder):
        make_venv(folder)
        pip(folder / "bin/python", *(word for path in requirements for word in ("-r", path)))

    return Step(name, [sys.version, *(path.read_text() for path in requirements)], build, megabytes)


def build_modules(folder):
    """The modules of others that the small addons are for; their wheels require `odoo`, which PyPI does not carry."""
    pip(PYTHON.folder / "bin/python", "--no-deps", "--target", folder, "-r", MODULES_LIST)


ODOO = Step("odoo", [DEBIAN], build_odoo, 1800)
PYTHON = python_step("python", HERE / "requirements.txt", HERE / "requirements-test.txt", megabytes=500)
MODULES_LIST = HERE / "requirements-odoo.txt"
MODULES = Step("modules", [MODULES_LIST.read_text()], build_modules, 10)
POSTGRES_PROGRAMS = Step("postgres", [POSTGRES], build_postgres, 150)


def run_steps(*steps):
    """Run the steps that are not done; two processes that want the same take turns."""
    if all(step.done.exists() for step in steps):
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    with locked(CACHE / "install.lock", "waiting for another installation to finish ..."):
        needed = sum(step.megabytes for step in steps if not step.done.exists())
        if shutil.disk_usage(CACHE).free < (needed + DATABASES) * 10**6:
            fail(no_space(needed + DATABASES))
        for step in steps:
            step.run()


def environment():
    """Install what is missing and give the environment variables with which `odoo`, `psql` and `pytest` are found."""
    run_steps(ODOO, PYTHON, MODULES, POSTGRES_PROGRAMS)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "ODOO_", "PYTHON"))}
    programs = [PYTHON.folder / "bin", ODOO.folder / "bin", POSTGRES_PROGRAMS.folder / "pgserver/pginstall/bin"]
    return kept | {
        "PATH": os.pathsep.join([*map(str, programs), kept["PATH"]]),
        "PYTHONPATH": str(ODOO.folder / "usr/lib/python3/dist-packages"),
        "ODOO_RC": os.devnull,
        "ODOO_DATA_DIR": str(CACHE / "odoo-data"),
        "ODOO_ADDONS_PATH": f"{HERE.parent},{MODULES.folder / 'odoo/addons'}",
        "ODOO_HTTP_INTERFACE": "127.0.0.1",
    }
