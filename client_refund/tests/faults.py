import os
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import count
from unittest.mock import patch

import psycopg2

from odoo.sql_db import Cursor
from odoo.tools import SQL, mute_logger

from .transactions import TransactionsCase

# Each how many statements one of them fails; at night all of them do.
EVERY = int(os.environ.get("FAULTS_EVERY") or 40)

# Of a sample: at which statement it begins.
START = 5

# What an act may write, and what may not be there when it fails.
LEDGER = (
    "account.move",
    "account.move.line",
    "account.payment",
    "account.partial.reconcile",
    "account.full.reconcile",
    "client.refund",
    "client.refund.line",
    "client.refund.offset",
    "mail.message",
    "mail.tracking.value",
    "mail.activity",
)

# What is not the same when the same is done again: the time, and numbers, which texts tell too.
DIFFERENT_AGAIN = {"id", "name", "message_id"}
TEXTS_WITH_NUMBERS = {
    "account.move": {"ref", "sequence_number", "made_sequence_gap"},
    "account.move.line": {"ref", "move_name", "matching_number"},
    "account.payment": {"memo", "payment_reference"},
    "client.refund": {"memo", "access_token"},
    "mail.message": {"body", "record_name", "reply_to"},
}


class FaultsCase(TransactionsCase):
    """An act is played once to count its statements, then again with one of them failing."""

    def _assert_survives(self, act):
        """An act that fails at a statement changes nothing; done again it does the same as undisturbed.

        :param act: function of an environment
        """
        self._play(act)  # what is cached for all transactions is read by now
        total, expected = self._play(act)
        self.assertGreater(total, EVERY)
        stored = self._digest()
        for number in range(START % EVERY, total, EVERY):
            with self.subTest(statement=number, fault="lost connection"):
                with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"):
                    self._play(act, number, self._disconnect)
                self.assertEqual(self._digest(), stored)
            with self.subTest(statement=number, fault="serialization failure"):
                statements, again = self._play(act, number, self._conflict)
                self.assertGreater(statements, total, "it was done again")
                self.assertEqual(again, expected)
        self.assertEqual(self._digest(), stored)

    def _play(self, act, number=None, fail=None):
        """Do it, in a transaction that is not committed, so that it can be done again.

        :param number: int, the statement before which `fail` is called with the cursor
        :return: (number of statements, what is in the ledger that was not there before)
        """
        with self._transaction() as env:
            before = self._read(env)
            with (
                self._failing(env.cr, number, fail) as statements,
                patch.object(Cursor, "commit", autospec=True, side_effect=Cursor.flush) as commit,
            ):
                self._replay(env, partial(act, env))
                total = next(statements)
            commit.assert_called_once()  # Odoo's own, when all is done
            return total, self._compare(env, before, self._read(env))

    def _work_failing_at(self, number, fail, work):
        """Let the scheduler do what it commits itself, and one of its statements fail.

        :param work: function of an environment
        :return: int, number of statements
        """
        try:
            with (
                mute_logger("odoo.sql_db", "odoo.addons"),
                self._transaction() as env,
                self._failing(env.cr, number, fail) as statements,
            ):
                work(env)
        except psycopg2.Error:
            if fail is None:
                raise
        return next(statements)

    @contextmanager
    def _failing(self, cr, number, fail):
        """Let a statement of a cursor fail, and none after it.

        :return: an iterator, whose next is how many statements there were
        """
        statements = count()
        execute = Cursor.execute

        def counting(cursor, *args, **kwargs):
            if cursor is cr and next(statements) == number:
                fail(cr)
            return execute(cursor, *args, **kwargs)

        with patch.object(Cursor, "execute", counting):
            yield statements

    def _disconnect(self, cr):
        with self.connection.cursor() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (cr._cnx.get_backend_pid(),))

    def _conflict(self, cr):
        """The database's own error, which also ends the transaction."""
        cr._obj.execute("DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = 'serialization_failure'; END $$")

    def _digest(self):
        """All that is stored of the ledger, to the last field."""
        with self._transaction() as env:
            return {
                name: env.execute_query(
                    SQL(
                        "SELECT COUNT(*), MD5(STRING_AGG(row::text, '|' ORDER BY row.id)) FROM %s AS row",
                        SQL.identifier(env[name]._table),
                    )
                )
                for name in LEDGER
            }

    def _read(self, env):
        """All rows of the ledger.

        :return: dict of name of model: dict of id: row
        """
        env.flush_all()
        rows = {}
        for name in LEDGER:
            env.cr.execute(SQL("SELECT * FROM %s ORDER BY id", SQL.identifier(env[name]._table)))
            rows[name] = {row["id"]: row for row in env.cr.dictfetchall()}
        return rows

    def _compare(self, env, before, after):
        """What is new or changed, so that it can be compared: new records are called by their place."""
        changed = {name: [row for row in after[name].values() if row != before[name].get(row["id"])] for name in LEDGER}
        places = {
            name: {row["id"]: f"new {place}" for place, row in enumerate(rows) if row["id"] not in before[name]}
            for name, rows in changed.items()
        }
        gone = {name: before[name].keys() - after[name].keys() for name in LEDGER}
        return gone, {name: [self._describe(env[name], row, places) for row in rows] for name, rows in changed.items()}

    def _describe(self, records, row, places):
        left_out = DIFFERENT_AGAIN | TEXTS_WITH_NUMBERS.get(records._name, set())
        return {
            column: self._get_place(records, column, row, places)
            for column, value in row.items()
            if column not in left_out and not isinstance(value, datetime)
        }

    def _get_place(self, records, column, row, places):
        value = row[column]
        if column == "res_id":
            return places.get(row.get("model"), {}).get(value, value)
        field = records._fields.get(column)
        target = field.comodel_name if field and field.type == "many2one" else None
        return places.get(target, {}).get(value, value)
