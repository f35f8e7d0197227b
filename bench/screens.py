"""How fast the wizard and the worklist open, and whether PostgreSQL reads the whole ledger for it.

The calls are those that the web client makes, with the fields of the views.
"""

from ledger import make_clients
from lxml import etree
from measure import explain, measured, ratios, recorded, row

from odoo.tools.safe_eval import safe_eval

PAGE = 80
# The least that PostgreSQL does to say who is owed what.
BARE_SUM = """
    SELECT contact.commercial_partner_id, SUM(-item.amount_residual)
      FROM account_move_line item
      JOIN res_partner contact ON contact.id = item.partner_id
     WHERE item.account_id IN %s
       AND item.parent_state = 'posted'
       AND item.reconciled IS NOT TRUE
       AND item.amount_residual_currency < 0
  GROUP BY contact.commercial_partner_id
"""


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
    form.add(button)
    return form


def read_form(wizards, action, wanted):
    """What the web client asks for: a long wizard is stored and read, another one is made up on the way.

    :return: dict, values of the form
    """
    if wizard := wizards.browse(action.get("res_id")):
        return wizard.web_read(wanted)[0]
    return wizards.with_context(**action["context"]).onchange({}, [], wanted)["value"]


def open_core_wizard(env, client_id):
    """What the server does when a clerk chooses core's *Pay* on the same open items.

    :return: Cost
    """
    wanted = specification(env, "account.payment.register", "form")
    items = env["account.move.line"]
    client = env["res.partner"].browse(client_id)
    credits = items.search(items._get_open_credit_domain() & items._get_client_domain(client, env.company))
    wizards = env["account.payment.register"].with_context(active_model=items._name, active_ids=credits.ids)
    with measured(env) as cost:
        wizards.onchange({}, [], wanted)
    return cost


def measure_wizard(env, runs, say):
    """The rows of the figure `wizard`."""
    rows, queries = [], {}
    for number, at_most in ((10, 1), (1000, 0.5)):
        say(f"opening the wizard on {number} credits")
        client = env["res.partner"].search([("name", "=", f"Client with {number} credits")])
        for open_one in (open_wizard, open_core_wizard):
            open_one(env, client.id)
        costs, cores = zip(
            *((open_wizard(env, client.id), open_core_wizard(env, client.id)) for _run in range(runs)), strict=True
        )
        with recorded() as statements:
            open_wizard(env, client.id)
        scans = explain(env, statements).scans
        tell_scans(scans, say)
        queries[number] = [cost.queries for cost in costs]
        name = f"client with {number} open credits"
        beside = ratios([cost.seconds for cost in costs], [cost.seconds for cost in cores])
        rows += [
            row("wizard", name, [cost.seconds * 1000 for cost in costs], "ms"),
            row("wizard", f"{name}, beside core's Pay wizard", beside, "×", at_most=at_most),
            row("wizard", f"{name}, processor time beside core's", compare_cpu(costs, cores), "×"),
            row("wizard", f"{name}, SQL", queries[number], "queries"),
            row("wizard", f"{name}, scans of the ledger", [len(scans)], "", at_most=0),
        ]
    env.cr.rollback()
    return rows


def compare_cpu(costs, others):
    return ratios([cost.cpu for cost in costs], [cost.cpu for cost in others])


def tell_scans(scans, say):
    """Show what reads the whole ledger, without the long list of what is read."""
    for scan in scans:
        say(f"reads the whole ledger: ...{scan[scan.index(' FROM ') :][:300]}")


def get_worklist_domain(env):
    """The domain of the menu."""
    action = env.ref("client_refund.action_client_credit")
    return safe_eval(action.domain or "[]", {"uid": env.uid})


def open_worklist(env, *filters):
    """What the server does to show the first page of the worklist, without its menus and filters.

    :param filters: conditions of a domain
    :return: Cost
    """
    wanted = specification(env, "client.credit", "list")
    domain = [*get_worklist_domain(env), *filters]
    with measured(env) as cost:
        page = env["client.credit"].web_search_read(domain, wanted, limit=PAGE, count_limit=10001)
    if not page["records"]:
        raise AssertionError("the worklist is empty")
    return cost


def group_worklist(env, field):
    """What the server does to show the worklist in groups, with the totals of each.

    :return: Cost
    """
    view = etree.fromstring(env["client.credit"].get_view(view_type="list")["arch"])
    sums = {f"{tag.get('name')}:sum" for tag in view.iter("field") if tag.get("sum")}
    with measured(env) as cost:
        env["client.credit"].web_read_group(get_worklist_domain(env), [field], ["__count", *sums], limit=PAGE)
    return cost


def sum_up(env):
    """The bare sum by client.

    :return: Cost
    """
    accounts = env["client.credit"]._get_receivable_account_ids()
    with measured(env) as cost:
        env.cr.execute(BARE_SUM, [accounts])
        env.cr.fetchall()
    return cost


def show_dashboard(env):
    """What the server does to show the numbers above the list of refunds.

    :return: Cost
    """
    with measured(env) as cost:
        env["client.refund"].retrieve_dashboard()
    return cost


def measure_worklist(env, runs, say):
    """The rows of the figure `worklist`."""
    views = {
        "first page": (lambda: open_worklist(env), 2.5),
        "filter Refundable": (lambda: open_worklist(env, ("amount_refundable", ">", 0)), 4),
        "filter Over 365 days": (lambda: open_worklist(env, ("amount_age_366", ">", 0)), 4),
        "filter Also Owes": (lambda: open_worklist(env, ("amount_owed", ">", 0)), 4),
        "by month, with totals": (lambda: group_worklist(env, "date:month"), 4),
        "dashboard": (lambda: show_dashboard(env), 3),
    }
    rows = []
    for name, (show, at_most) in views.items():
        say(f"opening the worklist: {name}")
        show(), sum_up(env)
        costs, sums = zip(*((show(), sum_up(env)) for _run in range(runs)), strict=True)
        beside = ratios([cost.seconds for cost in costs], [cost.seconds for cost in sums])
        rows += [
            row("worklist", name, [cost.seconds * 1000 for cost in costs], "ms"),
            row("worklist", f"{name}, beside the bare sum", beside, "×", at_most=at_most),
        ]
    with recorded() as statements:
        open_worklist(env)
    plans = explain(env, statements)
    tell_scans(plans.scans, say)
    used = any("unreconciled_index" in name for name in plans.indexes)
    return [
        *rows,
        row("worklist", "core's index on unreconciled items in use", [int(used)], "", at_least=1),
        row("worklist", "scans of the ledger", [len(plans.scans)], "", at_most=0),
        *measure_client_form(env, runs),
    ]


def measure_client_form(env, runs):
    """The rows that say what the smart buttons add to the form of a client."""
    client = env["res.partner"].search([("name", "=", "Client with 10 credits")])
    contacts = {"a client who is owed": client, "who is owed nothing": make_clients(env, ["Client without credits"])}
    rows = [line for name, contact in contacts.items() for line in compare_form(contact, runs, f"form, {name}")]
    env.cr.rollback()
    return rows


def compare_form(contact, runs, name):
    """The rows of one form, read with what the addon shows in it and without."""
    wanted = specification(contact.env, "res.partner", "form")
    others = {name: spec for name, spec in wanted.items() if not name.startswith(("client_credit", "client_refund"))}

    def read(spec):
        with measured(contact.env, collect=False) as cost:
            contact.web_read(spec)
        return cost

    read(wanted), read(others)
    pairs = [
        (read(wanted), read(others)) if number % 2 else (read(others), read(wanted))[::-1]
        for number in range(max(runs, 20))
    ]
    more = [(cost.cpu / other.cpu - 1) * 100 for cost, other in pairs]
    queries = [cost.queries - other.queries for cost, other in pairs]
    return [
        row("worklist", f"{name}: more processor time", more, "%", at_most=2),
        row("worklist", f"{name}: more SQL", queries, "queries"),
    ]
