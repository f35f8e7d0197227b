"""Run in `odoo shell` before the pictures of refund runs: 240 opening balances, and a run at work on them."""

# ruff: noqa: F821  (env is the shell's)
from itertools import product

from odoo import Command, fields

FIRST = "Ada Boris Clara Dmitri Elena Farid Greta Hugo Ines Jonas Keiko Liam Mona Nils Olga Pedro".split()
LAST = "Abbott Bauer Castillo Dunn Eriksen Fontaine Garcia Hale Ito Jensen Kovac Lindgren Meyer Novak Okafor".split()

clients = env["res.partner"].create([{"name": " ".join(name)} for name in product(FIRST, LAST)])
accounts = env["account.account"]
receivable = clients[0].property_account_receivable_id
opening = accounts.search([("account_type", "=", "equity")], limit=1)
amounts = [12 + 7 * number % 61 for number in range(len(clients))]
balances = [
    *(
        {"account_id": receivable.id, "partner_id": client.id, "credit": amount}
        for client, amount in zip(clients, amounts, strict=True)
    ),
    {"account_id": opening.id, "debit": sum(amounts)},
]
move = env["account.move"].create(
    {
        "ref": "Opening balances",
        "date": fields.Date.today(),
        "line_ids": [Command.create({"name": "Opening balance", **values}) for values in balances],
    }
)
move.action_post()
credits = move.line_ids.filtered("credit")
run = (
    env["client.refund.run"]
    .with_user(env.ref("client_refund.user_clerk"))
    .create({"move_line_ids": [Command.set(credits.ids)]})
)
run.action_prepare()
work = run.with_user(env.user)  # the scheduler's
while run.state == "preparing":
    work._process_chunk()
run.action_submit()
while not run.issued_count:
    if run.state == "to_approve":
        run.with_user(env.ref("base.user_admin")).action_approve()
    work._process_chunk()
env.cr.commit()
