"""The scenes of all pictures: who looks where, what is clicked, and what of it is taken.

They are played in this order on one fresh demo, so that a scene shows what those before it did.
"""

from pathlib import Path

import databases
from stage import (
    DIALOG,
    LETTER,
    LOW,
    PHONE,
    TALL,
    Chapter,
    Scene,
    at,
    choose,
    click,
    fill,
    printed,
    row,
    scroll,
    seen,
    write,
)

ICONS = sorted(databases.ROOT.glob("client_refund*/static/description/icon.svg"))
HERE = Path(__file__).resolve().parent
REFUNDS, CREDITS, RUNS = "/odoo/client-refunds", "/odoo/client-credits", "/odoo/client-refund-runs"
REGISTER = "/odoo/dormant-credits"
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
        (1300, 1000),
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
    Scene(f"{IMAGES}/phone_refunds.png", "clerk", REFUNDS, (seen(".o_kanban_record:not(.o_kanban_ghost)"),), PHONE),
    Scene(f"{IMAGES}/phone_worklist.png", "clerk", CREDITS, (seen(".o_kanban_record:not(.o_kanban_ghost)"),), PHONE),
    Scene(f"{APPS}/wizard.png", "admin", REFUNDS, (*WIZARD, choose("Blue Heron Brewing Co.")), part=WINDOW),
    Scene(
        f"{IMAGES}/refund_done.png",
        "clerk",
        REFUNDS,
        (
            *WIZARD,
            choose("Blue Heron Brewing Co."),
            at(f"{DIALOG} [name=send_notice] input"),
            at(f"{DIALOG} [name=action_refund]"),
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
    Scene(f"{APPS}/offset.png", "clerk", REFUNDS, (*WIZARD, choose("Northgate Property Partners")), TALL, WINDOW),
    Scene(f"{IMAGES}/settle_only.png", "clerk", REFUNDS, (*WIZARD, choose("Priya Raman")), TALL, WINDOW),
    Scene(
        f"{IMAGES}/phone_wizard.png",
        "clerk",
        CREDITS,
        (
            at(".o_kanban_record:has-text('Harbor View') button"),
            seen(f"{DIALOG} .o_kanban_record:not(.o_kanban_ghost)"),
            scroll(f"{DIALOG} [name=partner_bank_id]"),
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
            at(f"{DIALOG} [name=action_refund]"),
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
    Scene(
        f"{APPS}/notice.png",
        "admin",
        REFUNDS,
        (
            row("Northgate"),
            click("Approve"),
            seen("[data-value=in_process].o_arrow_button_current, [data-value=paid].o_arrow_button_current"),
            printed("client_refund.report_client_refund_notice"),
        ),
        LETTER,
    ),
    Scene(f"{APPS}/analysis.png", "admin", "/odoo/client-refund-analysis", (seen(".o_pivot table"),), LOW),
    Scene(f"{IMAGES}/audit.png", "admin", "/odoo/client-refund-audit", (seen(".o_data_row"),), LOW),
    Scene(
        f"{IMAGES}/block.png",
        "admin",
        REFUNDS,
        (
            row("Tomás Rivera"),
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
PORTAL = [
    Scene(
        "client_refund_portal/static/description/portal.png",
        "client",
        "/my/refunds",
        (seen("[name=client_refund_offer]"),),
    ),
    Scene(f"{IMAGES}/phone_portal.png", "client", "/my/refunds", (seen("[name=client_refund_offer]"),), PHONE),
    Scene(
        f"{IMAGES}/portal_refund.png",
        "client",
        "/my/refunds",
        (at("tr:has-text('On its way') a"), seen(".o_download_btn")),
        LOW,
    ),
    Scene(
        f"{IMAGES}/phone_portal_request.png",
        "client",
        "/my/refunds",
        (
            fill("textarea[name=message]", "I have moved and need no more advice. Please pay it back."),
            click("Ask for Refund"),
            seen(".badge:has-text('Received')"),
        ),
        PHONE,
    ),
    Scene(f"{IMAGES}/request.png", "clerk", REFUNDS, (row("Olivia Hartmann"), seen(".alert-info:visible")), TALL),
]
DORMANT = [
    Scene(
        f"{IMAGES}/dormant_call.png",
        "clerk",
        REGISTER,
        (row("Stonebridge"), click("Log Call"), write("note", "Their landlord: they moved out in March.")),
        part=WINDOW,
    ),
    Scene(
        "client_refund_dormant/static/description/dormant.png",
        "clerk",
        REGISTER,
        (
            row("Stonebridge"),
            click("Log Call"),
            write("note", "Their landlord: they moved out in March."),
            click("Save"),
            seen("[name=attempt_ids] .o_data_row:has-text('landlord')"),
        ),
        LOW,
    ),
    Scene(
        f"{IMAGES}/hand_over_asked.png",
        "clerk",
        REGISTER,
        (row("Stonebridge"), click("Ask for Hand-Over"), seen("[data-value=to_approve].o_arrow_button_current")),
        LOW,
    ),
    Scene(f"{IMAGES}/hand_over.png", "admin", REGISTER, (row("Stonebridge"), seen(".alert-warning:visible"))),
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
        "client_refund_run/static/description/run.png",
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
    Chapter([*DESK, *PORTAL, *DORMANT, *REVIEW]),
    Chapter(RUN, script=HERE / "scenes_run.py"),
    Chapter(CARD, glue="client_refund_payment_provider", script=HERE / "scenes_card.py"),
]
