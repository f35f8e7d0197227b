from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common import ClientDormantCommon


@tagged("post_install", "-at_install")
class TestDormantCost(ClientDormantCommon):
    """What the register costs those who never use it: nothing but a look at the credits that are reconciled."""

    def _get_queries(self, act):
        """The queries that ask the register while something ordinary is done."""
        self.env.flush_all()
        self.env.invalidate_all()
        execute, seen = Cursor.execute, []

        def count(cursor, query, *args, **kwargs):
            code = getattr(query, "code", query)
            seen.append(str(code))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", count):
            act()
            self.env.flush_all()
        self.assertTrue(seen)
        return [query for query in seen if "client_dormant_credit" in query]

    def test_no_stored_field_hangs_on_journal_items(self):
        """Else each entry that is created or written would be looked up in the register."""
        registry = self.env.registry
        for field in self.env["account.move.line"]._fields.values():
            hanging = {
                str(dependent)
                for dependent in registry.get_dependent_fields(field)
                if dependent.store and dependent.model_name.startswith("client.dormant.")
            }
            self.assertFalse(hanging, field)

    def test_what_ordinary_accounting_asks(self):
        self._register(self._credit_note(300))
        bill = self.init_invoice("in_invoice", partner=self.other_client, amounts=[100], post=False)
        self.assertEqual(self._get_queries(lambda: bill.action_post()), [])
        self.assertEqual(self._get_queries(lambda: bill.button_draft()), [])
        invoice = self.init_invoice("out_invoice", partner=self.other_client, amounts=[100], post=False)
        self.assertEqual(self._get_queries(lambda: invoice.action_post()), [])
        credit_note = self.init_invoice("out_refund", partner=self.other_client, amounts=[100], post=False)
        self.assertEqual(self._get_queries(lambda: credit_note.action_post()), [])
        items = (invoice | credit_note).line_ids.filtered(lambda item: item.account_type == "asset_receivable")
        self.assertEqual(len(self._get_queries(lambda: items.reconcile())), 1)
        self.assertEqual(len(self._get_queries(lambda: items.remove_move_reconcile())), 1)
        self.assertEqual(self._get_queries(lambda: self.other_client.write({"name": "Other", "parent_id": False})), [])
