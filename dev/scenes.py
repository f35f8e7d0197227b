"""The scenes of all pictures: who looks where, what is clicked, and what of it is taken.

They are played in this order on one fresh demo, so that a scene shows what those before it did.
"""

import re
from pathlib import Path
from typing import NamedTuple

import databases

DESKTOP = (1300, 800)
LOW = (1300, 620)
PHONE = (390, 780)
DIALOG = ".modal:not(.o_inactive_modal)"
ICONS = sorted(databases.ROOT.glob("client_refund*/static/description/icon.svg"))
HERE = Path(__file__).resolve().parent


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


REFUNDS, CREDITS, RUNS = "/odoo/client-refunds", "/odoo/client-credits", "/odoo/client-refund-runs"
WINDOW = f"{DIALOG} .modal-content"
WIZARD = (click("Customers"), click("Refund a Client"))
APPS, IMAGES = "client_refund/static/description", "docs/images"

DESK = [
    Scene(f"{APPS}/worklist.png", "admin", CREDITS, (seen(".o_data_row"),), LOW),
    Scene(f"{IMAGES}/menu.png", "clerk", REFUNDS, (click("Customers"),), LOW),
    Scene(f"{IMAGES}/refunds.png", "clerk", REFUNDS, (seen(".o_data_row"),), LOW),
    Scene(
        f"{APPS}/settings.png",
        "admin",
        REFUNDS,
        (
            click("Configuration"),
            click("Settings"),
            scroll("h2:has-text('Client Refunds')"),
        ),
        LOW,
    ),
    Scene(
        f"{IMAGES}/user_rights.png",
        "admin",
        "/odoo/users",
        (
            at(".o_data_row:has-text('Claire Winters') td[name=name]"),
            seen("[name=login]"),
        ),
    ),
    Scene(
        f"{IMAGES}/reasons.png",
        "admin",
        REFUNDS,
        (
            click("Configuration"),
            click("Refund Reasons"),
            seen(".o_data_row"),
        ),
        LOW,
    ),
    Scene(f"{IMAGES}/phone_worklist.png", "clerk", CREDITS, (seen(".o_kanban_record:not(.o_kanban_ghost)"),), PHONE),
    Scene(f"{APPS}/wizard.png", "admin", REFUNDS, (*WIZARD, choose("Blue Heron Brewing Co.")), part=WINDOW),
    Scene(
        f"{IMAGES}/refund_done.png",
        "clerk",
        REFUNDS,
        (
            *WIZARD,
            choose("Blue Heron Brewing Co."),
            click("Refund"),
            seen("[name=state] [data-value=in_process]"),
            seen(".o_form_view [name=name]"),
        ),
    ),
    Scene(
        f"{IMAGES}/undo.png",
        "clerk",
        REFUNDS,
        (
            row("Blue Heron"),
            click("Undo"),
            write("reason", "The client asked to keep it for the next invoice"),
        ),
        part=WINDOW,
    ),
    Scene(
        f"{IMAGES}/returned.png",
        "clerk",
        REFUNDS,
        (
            row("Blue Heron"),
            click("Returned by Bank"),
            write("reason", "Account closed"),
        ),
        part=WINDOW,
    ),
    Scene(
        f"{APPS}/offset.png", "clerk", REFUNDS, (*WIZARD, choose("Northgate Property Partners")), (1300, 1200), WINDOW
    ),
    Scene(f"{IMAGES}/settle_only.png", "clerk", REFUNDS, (*WIZARD, choose("Priya Raman")), (1300, 1200), WINDOW),
    Scene(
        f"{IMAGES}/phone_wizard.png",
        "clerk",
        CREDITS,
        (
            at(".o_kanban_record:has-text('Harbor View') button"),
            seen(f"{DIALOG} .o_data_row, {DIALOG} .o_kanban_record:not(.o_kanban_ghost)"),
        ),
        PHONE,
    ),
    Scene(
        f"{IMAGES}/waiting.png",
        "clerk",
        REFUNDS,
        (
            *WIZARD,
            choose("Northgate Property Partners"),
            click("Ask for Approval"),
            seen("[data-value=to_approve][aria-checked=true], [data-value=to_approve].o_arrow_button_current"),
        ),
    ),
    Scene(f"{APPS}/approval.png", "admin", REFUNDS, (row("Northgate"), seen(".alert-warning:visible"))),
    Scene(
        f"{IMAGES}/control.png",
        "admin",
        REFUNDS,
        (row("Northgate"), click("Control"), seen("[name=risk_summary], [name=requested_on]")),
    ),
    Scene(
        f"{IMAGES}/reject.png",
        "admin",
        REFUNDS,
        (
            row("Northgate"),
            click("Reject"),
            write("reason", "The client has a new matter: keep it as retainer"),
        ),
        part=WINDOW,
    ),
    Scene(f"{IMAGES}/phone_approval.png", "admin", REFUNDS, (row("Northgate"), seen(".alert-warning:visible")), PHONE),
    Scene(f"{IMAGES}/audit.png", "admin", "/odoo/client-refund-audit", (seen(".o_data_row"),), LOW),
    Scene(
        f"{IMAGES}/block.png",
        "admin",
        REFUNDS,
        (
            row("Olivia Hartmann"),
            at("[name=partner_id] a"),
            click("Invoicing", ".o_notebook"),
            at("[name=client_refund_blocked] input"),
            write("client_refund_block_reason", "In dispute: ask the partner in charge"),
            scroll("[name=client_refund_blocked]"),
        ),
        LOW,
    ),
    Scene(f"{IMAGES}/import.png", "clerk", REFUNDS, (seen(".o_data_row"), click("Import"), seen(".o_import_action"))),
]
REVIEW = [
    Scene(
        f"{IMAGES}/run_criteria.png",
        "clerk",
        RUNS,
        (
            at(".o_data_row:has-text('Criteria') td[name=name]"),
            seen("[name=age_days]"),
        ),
    ),
    Scene(
        f"{IMAGES}/run_review.png",
        "clerk",
        RUNS,
        (
            at(".o_data_row:has-text('Criteria') td[name=name]"),
            click("Prepare"),
            seen("button[name=action_open_skips]"),
        ),
        LOW,
    ),
    Scene(
        f"{IMAGES}/run_refunds.png",
        "clerk",
        RUNS,
        (
            at(".o_data_row:has-text('Review') td[name=name]"),
            at("button[name=action_open_refunds]"),
            seen(".o_data_row td[name=risk_summary]"),
        ),
        LOW,
    ),
    Scene(
        f"{IMAGES}/run_left_out.png",
        "clerk",
        RUNS,
        (
            at(".o_data_row:has-text('Review') td[name=name]"),
            at("button[name=action_open_skips]"),
            at(".o_group_header:has-text('Also Owes')"),
            seen(".o_data_row"),
        ),
        LOW,
    ),
]
RUN = [
    Scene(
        f"{APPS}/run.png",
        "clerk",
        RUNS,
        (at(".o_data_row:has-text('Issuing') td[name=name]"), seen(".progress-bar")),
        LOW,
    ),
]
CARD = [
    Scene(
        "client_refund_payment_provider/static/description/back_to_card.png",
        "admin",
        REFUNDS,
        (
            *WIZARD,
            choose("Alder & Finch"),
            at(f"{DIALOG} td[name=to_source] input"),
            seen(f"{DIALOG} [name=amount_to_source]"),
        ),
        part=WINDOW,
    ),
]
CHAPTERS = [
    Chapter([*DESK, *REVIEW]),
    Chapter(RUN, script=HERE / "scenes_run.py"),
    Chapter(CARD, glue="client_refund_payment_provider", script=HERE / "scenes_card.py"),
]
