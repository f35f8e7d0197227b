from lxml import etree

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestCurrencySymbols(TransactionCase):
    """In a firm of one currency, whose users never see the field, amounts have a symbol all the same."""

    def test_each_amount_has_its_currency(self):
        several = self.env.ref("base.group_multi_currency")
        self.env.ref("base.group_user").implied_ids -= several
        self.env.user.group_ids -= several
        self.assertFalse(self.env.user.has_group("base.group_multi_currency"))
        views = self.env["ir.ui.view"].search(
            [
                ("model", "=like", "client.%"),
                ("inherit_id", "=", False),
                ("type", "in", ("form", "kanban", "list")),
            ]
        )
        self.assertTrue(views)
        for view in views:
            arch = self.env[view.model].get_view(view.id, view.type)["arch"]
            with self.subTest(view=view.name):
                self._assert_currencies(self.env[view.model], etree.fromstring(arch))

    def _assert_currencies(self, records, view):
        """Whether in a view, and in the lists within it, each monetary field comes with its currency."""
        nodes = [node for node in view.iter("field") if not self._is_nested(node, view)]
        names = {node.get("name") for node in nodes}
        for node in nodes:
            field = records._fields[node.get("name")]
            if field.type == "monetary":
                self.assertIn(field.get_currency_field(records), names, field)
            for inner in node:
                if inner.tag in ("form", "kanban", "list"):
                    self._assert_currencies(self.env[field.comodel_name], inner)

    def _is_nested(self, node, view):
        return any(parent.tag == "field" for parent in self._get_parents(node, view))

    def _get_parents(self, node, view):
        while (node := node.getparent()) is not view:
            yield node
