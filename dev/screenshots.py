#!/usr/bin/env python3
"""Takes every picture of the README, the guides and the Apps pages; `make screenshots` puts them in their places.

Scenes are in scenes.py. The pictures go to stdout as a tar archive, as a container can't write into the repository.
"""

import contextlib
import importlib.util
import io
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request

import databases
import install
from processes import fail, run_script, say
from scenes import CHAPTERS, ICONS
from stage import PHONE

DATABASE = "client_refund_screenshots"
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
TIMEOUT = 30_000  # milliseconds that Odoo may take for a click
# What differs from run to run: when somebody wrote something, who is online, and what moves.
STILL = """
    .o-mail-Message-date, .o-mail-ImStatus, .o_notification_manager { visibility: hidden !important }
    * { animation: none !important; transition: none !important; caret-color: transparent !important }
"""

# The colour of an avatar is drawn from when its owner was made, and kept as a picture.
SAME_AVATARS = """
    DELETE FROM ir_attachment WHERE res_field LIKE 'image%' AND mimetype = 'image/svg+xml';
    UPDATE res_partner SET create_date = '2026-01-01';
    UPDATE res_users SET create_date = '2026-01-01';
"""
# Not `networkidle`: Odoo's bus keeps a connection open.
LOADED = """
    !document.querySelector(".o_loading_indicator, .o_view_sample_data") &&
    [...document.images].every((image) => image.complete)
"""


def playwright():
    """The library that drives the browser: in the test image it is installed, on this machine it is fetched here."""
    if not importlib.util.find_spec("playwright"):
        requirements = install.HERE / "requirements-screenshots.txt"

        def build(folder):
            install.pip(sys.executable, "--target", folder, "-r", requirements)

        step = install.Step("screenshots", [sys.version, requirements.read_text()], build, megabytes=150)
        install.run_steps(step)
        sys.path.append(str(step.folder))
    from playwright.sync_api import sync_playwright

    return sync_playwright()


@contextlib.contextmanager
def browser():
    """The browser of this machine."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None) or fail(
        "no browser found: apt-get install chromium, and run again."
    )
    with playwright() as library:
        # as root and in a container the browser's own sandbox does not work
        yield library.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])


@contextlib.contextmanager
def server():
    """Odoo on the database of the pictures, without its scheduler: nothing changes but by what a scene does.

    :yield: str, its address
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--database", DATABASE, "--db-filter", f"^{DATABASE}$", "--http-interface", "127.0.0.1"]
    process = subprocess.Popen(
        ["odoo", *options, "--http-port", str(port), "--max-cron-threads", "0", "--log-level", "error"],
        env=databases.RELAXED,
        stdout=sys.stderr,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/web/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def wait_for(address, process):
    """Return as soon as Odoo answers, and fail if it ends before."""
    while process.poll() is None:
        try:
            return urllib.request.urlopen(address, timeout=60).close()
        except OSError:
            time.sleep(0.2)
    fail("Odoo did not start: it says why above.")


def take(program, address, scene):
    """Go where the scene goes, as its user, and take the picture.

    :return: bytes, a PNG
    """
    width, height = scene.size
    phone = {"device_scale_factor": 2, "is_mobile": True, "has_touch": True} if scene.size == PHONE else {}
    context = program.new_context(
        viewport={"width": width, "height": height},
        base_url=address,
        locale="en-US",
        timezone_id="UTC",
        reduced_motion="reduce",
        **phone,
    )
    context.set_default_timeout(TIMEOUT)
    login = {"db": DATABASE, "login": scene.login, "password": scene.login}
    context.request.post("/web/session/authenticate", data={"jsonrpc": "2.0", "params": login})
    page = context.new_page()
    try:
        page.goto(scene.path)
        page.add_style_tag(content=STILL)
        for step in scene.steps:
            step(page)
        return photograph(page, scene.part)
    except Exception as error:
        page.screenshot(path=f"/tmp/{DATABASE}.png")
        fail(f"{scene.file}: {error}\n(where it stopped: /tmp/{DATABASE}.png)")
    finally:
        context.close()


def photograph(page, part):
    """A picture of the window, or of the part of it that a selector names, once nothing moves any more."""
    page.wait_for_timeout(300)  # what the last click asks for is on its way
    page.wait_for_function(LOADED)
    page.evaluate("document.activeElement.blur(); document.fonts.ready")
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    subject = page.locator(part).last if part else page
    return subject.screenshot(animations="disabled", caret="hide")


def smaller(picture):
    """The same PNG with a palette: a third of the bytes, and no difference for the eye."""
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(255, dither=Image.Dither.NONE)
    output = io.BytesIO()
    image.save(output, "PNG", optimize=True)
    return output.getvalue()


def draw(program, icon):
    """An icon as PNG, as Odoo wants it, from its SVG.

    :return: bytes
    """
    page = program.new_page(viewport={"width": 128, "height": 128})
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{icon.read_text()}")
    picture = page.screenshot(omit_background=True)
    page.close()
    return picture


def play(program, archive, chapter, wanted):
    """Take the pictures of a chapter, where the modules are that it needs."""
    if chapter.glue:
        with databases.timed(f"installing what {chapter.glue} is for in {DATABASE}"):
            databases.meet(DATABASE, chapter.glue)
            databases.make_assets(DATABASE)
    if chapter.script:
        databases.odoo("shell", "--database", DATABASE, "--no-http", script=chapter.script.read_text())
    with server() as address:
        for scene in chapter.scenes:
            say(scene.file)
            picture = take(program, address, scene)
            if not wanted or any(word in scene.file for word in wanted):
                add(archive, scene.file, smaller(picture))


def add(archive, name, content):
    """Put a file into the archive."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o644
    member.mtime = int(time.time())
    archive.addfile(member, io.BytesIO(content))


def main(*wanted):
    """Play all scenes, as each meets what those before it did; keep the pictures whose names have a wanted word."""
    if os.isatty(sys.stdout.fileno()):
        fail("the pictures come as an archive: run `make screenshots`.")
    archive_to, sys.stdout = sys.stdout.buffer, sys.stderr  # what else is printed is for the person at the terminal
    with databases.in_use(DATABASE), browser() as program:
        databases.create(DATABASE, *databases.CHOSEN)
        databases.sql(SAME_AVATARS, DATABASE)
        with tarfile.open(fileobj=archive_to, mode="w|") as archive:
            for icon in ICONS:
                add(archive, str(icon.with_suffix(".png").relative_to(databases.ROOT)), draw(program, icon))
            for chapter in CHAPTERS:
                play(program, archive, chapter, wanted)
        databases.drop(DATABASE)
    return 0


if __name__ == "__main__":
    run_script(main)
