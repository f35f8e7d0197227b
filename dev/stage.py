"""What the scenes of the pictures are made of: windows, chapters, and the steps of who looks."""

import re
from pathlib import Path
from typing import NamedTuple

DESKTOP = (1300, 800)
LOW = (1300, 620)
TALL = (1300, 1200)
PHONE = (390, 780)
LETTER = (820, 790)
DIALOG = ".modal:not(.o_inactive_modal)"


class Scene(NamedTuple):
    """A picture: its file, who looks (the password is the login), where, in which window, at which part of it."""

    file: str
    login: str
    path: str
    steps: tuple = ()
    size: tuple = DESKTOP
    part: str = ""


class Chapter(NamedTuple):
    """Scenes that want the same: a small addon installed where it meets its module, a script run in `odoo shell`."""

    scenes: list
    glue: str = ""
    script: Path | None = None


def click(text, within=""):
    """Click the button, link or tab with this text."""

    def step(page):
        top = page.locator(within or f"{DIALOG}, body:not(:has({DIALOG}))").last
        shape = "button:visible, a:visible, [role=menuitem]:visible, [role=tab]:visible"
        top.locator(shape).filter(has_text=re.compile(rf"^\s*{re.escape(text)}\s*$")).first.click()

    return step


def row(text):
    """Click the row or the card with this text."""
    return lambda page: (
        page.locator(".o_data_row, .o_kanban_record")
        .filter(has_text=text)
        .first.locator("td[name=partner_id], td[name=name], td[name=document], .fw-bold")
        .first.click()
    )


def at(selector):
    """Click whatever a selector names, once it is there."""
    return lambda page: page.locator(selector).last.click()


def seen(selector):
    """Wait until it is there."""
    return lambda page: page.locator(selector).last.wait_for()


def choose(client):
    """Choose the client in the wizard, and wait for the credits."""

    def step(page):
        page.locator(f"{DIALOG} [name=partner_id] input").fill(client)
        page.locator(".o-autocomplete--dropdown-item").filter(has_text=client).first.click()
        page.locator(f"{DIALOG} .o_data_row").first.wait_for()

    return step


def write(field, text):
    """Write into a field of the form or dialog on top."""
    return lambda page: page.locator(f"[name={field}]").locator("input, textarea").last.fill(text)


def scroll(selector):
    """Bring it to the top of the window."""
    return lambda page: page.locator(selector).first.evaluate("node => node.scrollIntoView({block: 'start'})")


def fill(selector, text):
    """Write into whatever a selector names."""
    return lambda page: page.locator(selector).last.fill(text)


def printed(report):
    """See the record whose form is open as it is printed."""
    return lambda page: page.goto(f"/report/html/{report}/{re.findall(r'[0-9]+', page.url)[-1]}")
