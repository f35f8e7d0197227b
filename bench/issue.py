"""How fast refunds are issued, beside core's *Pay* wizard and beside bare journal entries.

All three do the same to clients of the same ledger: two open credits of a client are paid out in full. Each client is
taken once, and each transaction is committed, so nobody finds the work of another half done.
"""

from measure import measured, memory, ratios, row
from shares import sampled

from odoo.fields import Command, Date

CHUNK = 100


class Desk:
    """The clients who are owed something, and what is needed to pay them.

    :param commits: bool, whether each transaction is committed, as in life
    """

    def __init__(self, env, commits=True):
        self.env = env
        self.commits = commits
        self.journal = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
        )
        self.outstanding = self.journal.outbound_payment_method_line_ids.payment_account_id
        items = env["account.move.line"]
        clients = items._read_group(
            items._get_open_credit_domain(),
            ["partner_id"],
            ["id:array_agg"],
            having=[("__count", "=", 2)],
        )
        self.credits = {client.id: sorted(ids) for client, ids in clients}
        self.waiting = iter(self.credits)

    def take(self, number):
        """Clients who were not paid yet.

        :return: list of ids
        """
        return [next(self.waiting) for _ in range(number)]

    def end(self):
        """End a transaction."""
        if self.commits:
            self.env.cr.commit()
        else:
            self.env.flush_all()


def refund(desk, client_ids):
    """Make and issue the refunds of many clients, in chunks with a transaction of their own.

    :return: list of Cost
    """
    env = desk.env
    costs = []
    for start in range(0, len(client_ids), CHUNK):
        with measured(env) as cost:
            refunds = env["client.refund"].create(
                [
                    {
                        "partner_id": client_id,
                        "journal_id": desk.journal.id,
                        "line_ids": [Command.create({"move_line_id": item}) for item in desk.credits[client_id]],
                    }
                    for client_id in client_ids[start : start + CHUNK]
                ]
            )
            refunds.action_submit()
            desk.end()
        if not all(refund._is_issued() for refund in refunds):
            raise AssertionError("refunds wait for approval: " + ", ".join(set(refunds.mapped("approval_reason"))))
        costs.append(cost)
    return costs


def work_off(desk, client_ids):
    """Refund many clients in a run, from the choice of their credits until all are paid, as the scheduler does.

    :return: list of (state of the run, Cost, megabytes of memory), one for each transaction
    """
    env = desk.env
    credits = env["account.move.line"].browse([item for client_id in client_ids for item in desk.credits[client_id]])
    run = env["client.refund.run"]._prepare_for_credits(credits)
    run.owing_policy = "ignore"  # as in the other figures
    steps = []

    def step(act):
        state = run.state
        with measured(env) as cost:
            act()
            env.cr.commit()
        steps.append((state, cost, memory()))

    for begin in (run.action_prepare, run.action_submit):
        step(begin)
        while run.is_working:
            step(run._process_chunk)
    if (run.state, run.issued_count) != ("done", len(client_ids)):
        raise AssertionError(f"{run.issued_count} of {len(client_ids)} refunds were issued, the run is {run.state}")
    return steps


def pay(desk, client_ids):
    """Pay the same with core's wizard, client by client, as a clerk does who ticks the client's two journal items.

    :return: list of Cost
    """
    costs = []
    for client_id in client_ids:
        with measured(desk.env) as cost:
            context = {"active_model": "account.move.line", "active_ids": desk.credits[client_id]}
            wizards = desk.env["account.payment.register"].with_context(**context)
            wizard = wizards.create({"journal_id": desk.journal.id, "group_payment": True})
            wizard.action_create_payments()
            desk.end()
        items = desk.env["account.move.line"].browse(desk.credits[client_id])
        if not all(items.mapped("reconciled")):
            raise AssertionError(f"the wizard left something open of {items}")
        costs.append(cost)
    return costs


def book(desk, client_ids):
    """Book the same as bare journal entries, in chunks: no payment, no document, no check.

    :return: list of Cost
    """
    env = desk.env
    costs = []
    for start in range(0, len(client_ids), CHUNK):
        ids = [item for client_id in client_ids[start : start + CHUNK] for item in desk.credits[client_id]]
        with measured(env) as cost:
            credits = env["account.move.line"].browse(ids)
            entries = env["account.move"].create(
                [entry_values(desk, items) for items in credits.grouped("partner_id").values()]
            )
            entries.action_post()
            settling = entries.line_ids.filtered(lambda item: item.account_type == "asset_receivable").sorted("id")
            credits._reconcile_plan([credit | item for credit, item in zip(credits, settling, strict=True)])
            desk.end()
        if not all(credits.mapped("reconciled")):
            raise AssertionError(f"the entries left something open of {credits}")
        costs.append(cost)
    return costs


def entry_values(desk, credits):
    """The entry that a payment of these credits has."""
    return {
        "date": Date.context_today(credits),
        "journal_id": desk.journal.id,
        "move_type": "entry",
        "line_ids": [
            Command.create(
                {
                    "account_id": desk.outstanding.id,
                    "balance": sum(credits.mapped("amount_residual")),
                    "partner_id": credits.partner_id.id,
                }
            ),
            *(
                Command.create(
                    {
                        "account_id": credit.account_id.id,
                        "balance": -credit.amount_residual,
                        "partner_id": credit.partner_id.id,
                    }
                )
                for credit in credits
            ),
        ],
    }


def open_desk(env, say, commits=True):
    """A desk at which everything was done once, so that nothing is done for the first time when it is measured.

    :return: Desk
    """
    desk = Desk(env, commits)
    say("warming up")
    for act in (refund, pay, book):
        act(desk, desk.take(10))
    return desk


def measure_issue(env, refunds, runs, say):
    """The rows of the figure `issue`.

    :param refunds: int, how many are issued at once; a tenth with core's wizard
    :return: list of rows
    """
    desk = open_desk(env, say)
    rows = compare("issue", *measure_three(desk, refunds, runs, say))
    say("looking where the time goes")
    with sampled() as shares:
        refund(desk, desk.take(refunds))
    for line in shares.describe():
        say(line)
    return [
        *rows,
        row("issue", "own share of the time", [shares.own * 100], "%", at_most=15),
        row("issue", "share of what is below no method of core's", [shares.above * 100], "%", at_most=15),
    ]


def measure_small(env, refunds, runs, say):
    """The rows of the figure `small`: the same on a small ledger, of which nothing is committed.

    :return: list of rows
    """
    rows = compare("small", *measure_three(open_desk(env, say, commits=False), refunds, runs, say))
    env.cr.rollback()
    return rows


def measure_three(desk, refunds, runs, say):
    """What one refund takes of ours, of core's wizard, and of bare entries, one after the other.

    :return: three lists, one value for each run
    """
    ours, core, floor = [], [], []
    for number in range(runs):
        say(f"issuing {refunds} refunds, run {number + 1} of {runs}")
        ours.append(average(refund(desk, desk.take(refunds)), refunds))
        core.append(average(pay(desk, desk.take(refunds // 10)), refunds // 10))
        floor.append(average(book(desk, desk.take(refunds)), refunds))
    return ours, core, floor


def average(costs, number):
    """What one of `number` took.

    :return: dict
    """
    return {
        "seconds": sum(cost.seconds for cost in costs) / number,
        "cpu": sum(cost.cpu for cost in costs) / number,
        "queries": sum(cost.queries for cost in costs) / number,
    }


def compare(figure, ours, core, floor):
    """The rows of such a figure.

    :param ours, core, floor: lists of what one refund took, one for each run
    """

    def beside(costs, kind):
        return ratios([cost[kind] for cost in costs], [cost[kind] for cost in ours])

    targets = {"at_least": 6}, {"at_least": 0.7}
    if figure != "issue":
        targets = {}, {}
    return [
        *speed_rows(figure, "Client Refund", ours, at_most=13),
        *speed_rows(figure, "core's Pay wizard", core),
        *speed_rows(figure, "bare entries", floor),
        row(figure, "speed beside core's Pay wizard", beside(core, "seconds"), "×", **targets[0]),
        row(figure, "speed beside bare entries", beside(floor, "seconds"), "×", **targets[1]),
        row(figure, "processor time beside core's Pay wizard", beside(core, "cpu"), "×"),
        row(figure, "processor time beside bare entries", beside(floor, "cpu"), "×"),
    ]


def speed_rows(figure, name, costs, at_most=None):
    """How fast one of the three is, and how many queries a refund takes."""
    return [
        row(figure, name, [1 / cost["seconds"] for cost in costs], "refunds/s"),
        row(figure, f"{name}, processor time", [cost["cpu"] * 1000 for cost in costs], "ms"),
        row(figure, f"{name}, SQL a refund", [cost["queries"] for cost in costs], "queries", at_most=at_most),
    ]


def measure_run(env, refunds, runs, say):
    """The rows of the figure `run`: runs of so many refunds, and one of ten times as many."""
    desk = Desk(env)
    say("warming up")
    work_off(desk, desk.take(50))
    say(f"issuing {refunds} refunds in a run, {runs} times")
    small = [cost_of_run(work_off(desk, desk.take(refunds)), refunds) for _run in range(runs)]
    say(f"issuing {refunds * 10} refunds in a run")
    steps = work_off(desk, desk.take(refunds * 10))
    large = cost_of_run(steps, refunds * 10)
    issuing = [cost for state, cost, _memory in steps if state == "issuing"]
    tenth = len(issuing) // 10
    first, last = (sum(cost.seconds for cost in part) for part in (issuing[:tenth], issuing[-tenth:]))
    memories = [megabytes for _state, _cost, megabytes in steps]
    return [
        row("run", f"refunds of {refunds}", [1 / cost["seconds"] for cost in small], "refunds/s"),
        row("run", f"refunds of {refunds}, SQL a refund", [cost["queries"] for cost in small], "queries"),
        row("run", f"refunds of {refunds * 10}", [1 / large["seconds"]], "refunds/s"),
        row("run", f"refunds of {refunds * 10}, SQL a refund", [large["queries"]], "queries"),
        row(
            "run",
            f"a refund of {refunds * 10} beside one of {refunds}",
            [large["seconds"] / cost["seconds"] for cost in small],
            "×",
            at_most=1.15,
        ),
        row("run", "last tenth beside the first, issuing", [last / first], "×", at_most=1.15),
        row("run", "memory at the end", [memories[-1]], "MB"),
        # the first tenth fills caches
        row(
            "run",
            "memory at the end, beside after a tenth",
            [memories[-1] / memories[len(memories) // 10]],
            "×",
            at_most=1.05,
        ),
    ]


def cost_of_run(steps, refunds):
    """What one refund of a run took.

    :return: dict
    """
    return average([cost for _state, cost, _memory in steps], refunds)
