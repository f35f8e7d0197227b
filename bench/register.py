"""The nightly work of the register of dormant credits, which is installed for it."""

from measure import measured, row

# What is done in one transaction.
CHUNK = 1000


def measure_register(env, clients, say):
    """The rows of the figure `register`.

    :param clients: int, how many come into the register
    """
    registers = env["client.dormant.credit"]
    env.company.client_refund_dormant_days = 1
    credits = registers._search_dormant_credits(env.company)[: 2 * clients]
    say(f"entering {len(credits)} credits in the register")
    entered, queries, seconds = registers.browse(), 0, 0.0
    for start in range(0, len(credits), CHUNK):
        with measured(env) as cost:
            entered |= registers._gather(credits[start : start + CHUNK])
        queries += cost.queries
        seconds += cost.seconds
    entering = row(
        "register", "entered for the first time, SQL a client", [queries / len(entered)], "queries", at_most=3
    )
    pace = row("register", "entered for the first time", [len(entered) / seconds], "clients/s")
    say(f"following {len(entered)} clients")
    with measured(env) as cost:
        for start in range(0, len(entered), CHUNK):
            registers._follow_today(entered[start : start + CHUNK])
    following = row(
        "register", "followed each night, SQL a client", [cost.queries / len(entered)], "queries", at_most=3
    )
    env.cr.rollback()
    return [pace, entering, following]
