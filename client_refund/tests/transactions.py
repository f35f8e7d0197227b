from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command, api
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name
from odoo.tools import SQL

# No risks and no limits, whatever the company's policy is.
POLICY = {
    "client_refund_approval_policy": "never",
    "client_refund_bank_change_days": 0,
    "client_refund_duplicate_days": 0,
    "client_refund_offset_policy": "ignore",
}


class TransactionsCase(BaseCase):
    """Real transactions on real connections: what they make is committed, and deleted at the end.

    The user is the administrator, since users can't be deleted.
    """

    def setUp(self):
        super().setUp()
        self.connection = db_connect(get_db_name())
        self.client_ids = []
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            company = env.company
            if not company.chart_template:
                env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
            self.user_id = env.ref("base.user_admin").id
            self.policy = company.read(list(POLICY), load=False)[0]
            company.write(POLICY)
            env.cr.commit()
        self.addCleanup(self._clean_up)

    @contextmanager
    def _transaction(self, uid=None):
        """A transaction of its own; what is not committed is rolled back."""
        with self.connection.cursor() as cr:
            yield api.Environment(cr, uid or self.user_id, {})
            cr.rollback()

    def _make_client(self, env, name):
        client = env["res.partner"].create({"name": name})
        self.client_ids.append(client.id)
        return client.id

    def _make_credit(self, env, client_id, amount):
        return self._make_entries(env, [(client_id, -amount)])

    def _make_entries(self, env, balances):
        """What clients are owed, or owe: list of (id of the client, balance)."""
        receivable, revenue = (
            env["account.account"].search(
                [("account_type", "=", account_type), ("company_ids", "in", env.company.ids)], limit=1
            )
            for account_type in ("asset_receivable", "income")
        )
        moves = env["account.move"].create(
            [
                {
                    "move_type": "entry",
                    "line_ids": [
                        Command.create({"account_id": receivable.id, "partner_id": client_id, "balance": balance}),
                        Command.create({"account_id": revenue.id, "balance": -balance}),
                    ],
                }
                for client_id, balance in balances
            ]
        )
        moves.action_post()
        return moves.line_ids.filtered(lambda item: item.account_id == receivable)

    def _replay(self, env, act):
        """What Odoo does with an RPC: it is done again after a serialization failure. Without the waiting."""
        with patch("odoo.service.model.time.sleep"):
            return retrying(act, env)

    def _clean_up(self):
        with self._transaction(uid=api.SUPERUSER_ID) as env:
            env["res.company"].browse(self.policy.pop("id")).write(self.policy)
            env.flush_all()
            refunds = env["client.refund"].search([("partner_id", "in", self.client_ids)])
            items = env["account.move.line"].search([("partner_id", "in", self.client_ids)])
            # SQL, since the module keeps the trail of every refund
            for table, column, ids in (
                ("account_partial_reconcile", "credit_move_id", items.ids),
                ("client_refund_line", "refund_id", refunds.ids),
                ("account_payment", "client_refund_id", refunds.ids),
                ("account_move", "id", items.move_id.ids),
                ("client_refund", "id", refunds.ids),
                ("res_partner", "id", self.client_ids),
            ):
                env.cr.execute(
                    SQL("DELETE FROM %s WHERE %s = ANY(%s)", SQL.identifier(table), SQL.identifier(column), ids)
                )
            env.cr.commit()
