#!/usr/bin/env python3
"""Serves Odoo with the addon and demo data; `reset` deletes what was entered there."""

import os
import threading
import time
import urllib.request

import databases
from processes import run_script, say, supervise

# In a container Odoo's port is another than the one that is opened to the user.
HEALTH = f"http://127.0.0.1:{os.environ.get('ODOO_HTTP_PORT', '8069')}/web/health"
WELCOME = f"""
  Odoo with Client Refund runs at  http://localhost:{os.environ["PORT"]}
  Log in as  admin  with the password  admin  (approves)  or as  clerk  with  clerk  (asks)
  or, on the portal of Olivia Hartmann, a client, as  client  with  client

  What to try:
    Invoicing > Customers > Refunds > Refund a Client: choose Blue Heron Brewing Co., who overpaid
    and has a credit note; both are listed; Refund pays them back
    As clerk, the same for Northgate Property Partners: an open invoice is settled first, and
    the rest needs approval; as admin approve it
    Invoicing > Customers > Refunds > Client Credits: all open credits; select some, Prepare
    Refunds, and pay them in one run
    Invoicing > Customers > Refunds > Client Refunds: what was paid back; Undo cancels it
    As client, Refunds: what was paid back; Ask for Refund creates a draft for the clerk

  Ctrl-C stops it; what you entered is kept (`make demo-reset` starts afresh).
"""


def prepare():
    """Make the database at the first time; later update it when the addon's code, or Odoo's own, has changed."""
    build, digest = databases.odoo_build(), databases.addon_digest()
    made_from = databases.note(databases.DEMO)
    if made_from == f"{build} {digest}":
        return
    if made_from:
        changed = databases.ADDON if made_from.startswith(build) else "base"
        # new demo data would not fit what was entered meanwhile
        databases.sql("UPDATE ir_module_module SET demo = FALSE WHERE name LIKE 'client\\_refund%'", databases.DEMO)
        with databases.timed("updating the demo to changed code (`make demo-reset` brings new demo data)"):
            databases.load(
                databases.DEMO, "--update", changed, "--init", ",".join([databases.ADDON, *databases.CHOSEN])
            )
    else:
        databases.create(databases.DEMO, *databases.CHOSEN)
    databases.mark(databases.DEMO, f"{build} {digest}")


def welcome():
    """Tell what to do as soon as Odoo answers."""
    while True:
        try:
            urllib.request.urlopen(HEALTH, timeout=60).close()
        except OSError:
            time.sleep(0.2)
        else:
            print(WELCOME, flush=True)
            return


def main(action="serve"):
    """Make the database ready and serve it until told to stop."""
    with databases.in_use(databases.DEMO, wait=False):
        if action == "reset":
            databases.drop(databases.DEMO)
            return 0
        prepare()
        say("starting Odoo ...")
        threading.Thread(target=welcome, daemon=True).start()
        return supervise(["odoo", "--database", databases.DEMO, "--log-level=warn"])


if __name__ == "__main__":
    run_script(main)
