"""Figures 3 and 4: how fast the wizard and the worklist open, and whether PostgreSQL reads the whole ledger for it.

The calls are those that the web client makes, with the fields of the views.
"""

from lxml import etree
from measure import explain, measured, recorded, row

from odoo.tools.safe_eval import safe_eval

PAGE = 80


def specification(env, model, view_type):
    """What the web client asks for to show a view.

    :return: dict, as of `web_read`
    """
    view = env[model].get_view(view_type=view_type)
    return specify(env, model, etree.fromstring(view["arch"]))


def specify(env, model, node):
    """The same, of a part of a view."""
    wanted = {}
    for tag in fields_of(node):
        field = env[model]._fields[tag.get("name")]
        wanted[field.name] = {}
        if field.type == "many2one" and not {tag.get("invisible"), tag.get("column_invisible")} & {"1", "True"}:
            wanted[field.name] = {"fields": {"display_name": {}}}
        elif (inner := tag.find("list")) is not None:
            wanted[field.name] = {
                "fields": specify(env, field.comodel_name, inner),
                "limit": int(inner.get("limit", PAGE // 2)),
                "order": inner.get("default_order", ""),
            }
    return wanted


def fields_of(node):
    """The fields of a view, without those of the lists inside it."""
    for child in node:
        if child.tag == "field":
            yield child
        else:
            yield from fields_of(child)


def open_wizard(env, client_id):
    """What the server does when a clerk chooses *Refund* on a client: a button, then the form.

    :return: Cost of both
    """
    wanted = specification(env, "client.refund.wizard", "form")
    wizards = env["client.refund.wizard"]
    with measured(env) as button:
        action = wizards._open({"partner_id": client_id})
    with measured(env) as form:
        values = read_form(wizards, action, wanted)
    if not values["line_ids"]:
        raise AssertionError("the wizard shows no credits")
    form.seconds += button.seconds
    form.queries += button.queries
    return form


def read_form(wizards, action, wanted):
    """What the web client asks for: a long wizard is stored and read, another one is made up on the way.

    :return: dict, values of the form
    """
    if wizard := wizards.browse(action.get("res_id")):
        return wizard.web_read(wanted)[0]
    return wizards.with_context(**action["context"]).onchange({}, [], wanted)["value"]


def measure_wizard(env, runs, say):
    """The rows of figure 3."""
    rows, queries = [], {}
    for number in (10, 1000):
        say(f"opening the wizard on {number} credits")
        client = env["res.partner"].search([("name", "=", f"Client with {number} credits")])
        open_wizard(env, client.id)
        costs = [open_wizard(env, client.id) for _run in range(runs)]
        with recorded() as statements:
            open_wizard(env, client.id)
        scans = explain(env, statements).scans
        tell_scans(scans, say)
        queries[number] = [cost.queries for cost in costs]
        name = f"client with {number} open credits"
        rows += [
            row("wizard", name, [cost.seconds * 1000 for cost in costs], "ms"),
            row("wizard", f"{name}, SQL", queries[number], "queries", at_most=25),
            row("wizard", f"{name}, scans of the ledger", [len(scans)], "", at_most=0),
        ]
    more = [many - few for few, many in zip(*queries.values(), strict=True)]
    env.cr.rollback()
    return rows + [row("wizard", "more queries for 1000 credits than for 10", more, "queries", at_most=0)]


def tell_scans(scans, say):
    """Show what reads the whole ledger, without the long list of what is read."""
    for scan in scans:
        say(f"reads the whole ledger: ...{scan[scan.index(' FROM ') :][:300]}")


def open_worklist(env):
    """What the server does to show the first page of the worklist, without its menus and filters.

    :return: Cost
    """
    wanted = specification(env, "client.credit", "list")
    [action] = env["ir.actions.act_window"].search([("res_model", "=", "client.credit")], limit=1)
    domain = safe_eval(action.domain or "[]", {"uid": env.uid})
    with measured(env) as cost:
        page = env["client.credit"].web_search_read(domain, wanted, limit=PAGE, count_limit=10001)
    if len(page["records"]) != PAGE:
        raise AssertionError(f"the worklist shows {len(page['records'])} clients")
    return cost


def measure_worklist(env, runs, say):
    """The rows of figure 4."""
    if "client.credit" not in env:
        say("the worklist (client.credit) is not there")
        return []
    say("opening the worklist")
    open_worklist(env)
    costs = [open_worklist(env) for _run in range(runs)]
    with recorded() as statements:
        open_worklist(env)
    plans = explain(env, statements)
    tell_scans(plans.scans, say)
    used = any("unreconciled_index" in name for name in plans.indexes)
    return [
        row("worklist", "first page", [cost.seconds * 1000 for cost in costs], "ms"),
        row("worklist", "first page, SQL", [cost.queries for cost in costs], "queries"),
        row("worklist", "core's index on unreconciled items in use", [int(used)], "", at_least=1),
        row("worklist", "scans of the ledger", [len(plans.scans)], "", at_most=0),
    ]
