from unittest.mock import patch

from lxml import etree

from odoo import Command
from odoo.tests import Form, tagged

from odoo.addons.client_refund.wizards import client_refund_wizard_open

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestWizardSpeed(ClientRefundCommon):
    """How often the wizard asks the database does not depend on how many credits a client has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={"tracking_disable": True})
        cls.few, cls.many = cls._create_client("Few Ltd"), cls._create_client("Many Ltd")
        cls._credit_notes(10, 10, partner=cls.few)
        cls._credit_notes(60, 10, partner=cls.many)
        cls.specification = cls._specify("client.refund.wizard", cls._arch())

    @classmethod
    def _arch(cls):
        return etree.fromstring(cls.wizards.get_view(view_type="form")["arch"])

    @classmethod
    def _specify(cls, model, node):
        """What the web client asks for to show a view."""
        wanted = {}
        for tag in cls._fields_of(node):
            field = cls.env[model]._fields[tag.get("name")]
            wanted[field.name] = {}
            inner = tag.find("list")
            if inner is not None:
                wanted[field.name] = {"fields": cls._specify(field.comodel_name, inner)}
            elif field.type == "many2one" and not {tag.get("invisible"), tag.get("column_invisible")} & {"1", "True"}:
                wanted[field.name] = {"fields": {"display_name": {}}}
        return wanted

    @classmethod
    def _fields_of(cls, node):
        """The fields of a view, without those of the lists inside it."""
        for child in node:
            if child.tag == "field":
                yield child
            else:
                yield from cls._fields_of(child)

    # ------------------------------------------------------------------
    # What the web client does
    # ------------------------------------------------------------------

    def _open(self, client):
        """The button, and the form that it opens.

        :return: (client.refund.wizard in the context of the action, values of the form)
        """
        action = client.with_user(self.clerk).action_refund_client()
        wizards = self.wizards.with_context(**action["context"])
        return wizards, wizards.onchange({}, [], self.specification)["value"]

    def _send(self, values):
        """The values of a form as the web client sends them: new lines as commands, many2ones as ids."""
        sent = {
            name: value["id"] if isinstance(value, dict) and "id" in value else value for name, value in values.items()
        }
        for name in ("line_ids", "offset_ids"):
            sent[name] = [
                [Command.CREATE, f"virtual_{index}", self._send(line)]
                for index, (_command, _id, line) in enumerate(values.get(name, ()))
            ]
        return {name: value for name, value in sent.items() if value or name not in ("line_ids", "offset_ids")}

    def _edited(self, client):
        """The values of the form after the clerk typed another amount."""
        wizards, values = self._open(client)
        sent = self._send(values)
        sent["line_ids"][0][2]["amount"] = 4
        return wizards, sent

    def _count(self, act):
        """The queries of an act, as in a request: nothing is known of records and user, views and rights are warm."""
        self.env.flush_all()
        self.env.transaction.reset()
        before = self.env.cr.sql_log_count
        result = act()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before, result

    def test_open(self):
        for client in (self.few, self.many):
            self._open(client)
        few, (_wizards, values) = self._count(lambda: self._open(self.few))
        many, (_wizards, more_values) = self._count(lambda: self._open(self.many))
        self.assertEqual((len(values["line_ids"]), len(more_values["line_ids"])), (10, 60))
        self.assertEqual(few, many)
        self.assertLessEqual(many, 23)

    def test_nothing_is_stored_on_opening(self):
        before = self.wizards.search_count([])
        self._open(self.many)
        self.assertEqual(self.wizards.search_count([]), before)

    def test_a_long_one_is_stored(self):
        """So that the web client loads it page by page: of a form that is not stored it keeps all lines, and hangs."""
        self.patch(client_refund_wizard_open, "PAGE", 50)
        self.assertNotIn("res_id", self.few.with_user(self.clerk).action_refund_client())
        wizard = self._opened(self.many.with_user(self.clerk).action_refund_client())
        self.assertEqual(len(wizard._get_selected_lines()), 60)

    def test_a_long_one_shows_the_same(self):
        """Its lines are stored without the ORM, and are those of the form that is not stored."""
        credit = self._payment(30, partner=self.few)
        draft = self._draft({credit: 20}, partner_id=self.few.id)
        names = ("move_line_id", "selected", "amount", "held_back", "amount_open", "amount_available", "currency_id")
        lines = {"line_ids": {"fields": {name: {} for name in names}}}
        wizards = self.wizards.with_user(self.clerk)
        for vals in ({"partner_id": self.few.id}, draft._prepare_wizard_vals()):
            context = wizards._open(vals)["context"]
            specification = {name: {} for name in vals} | lines
            shown = wizards.with_context(**context).onchange({}, [], specification)["value"]["line_ids"]
            wizard = wizards.create(vals)
            [stored] = wizard.web_read(lines)
            self.assertEqual(
                [{name: line[name] for name in names} for line in stored["line_ids"]],
                [{name: line[name] for name in names} for _command, _id, line in shown],
            )
            self.assertEqual(wizard.line_ids.create_uid, self.clerk)
            self.assertEqual(wizard.line_ids.move_line_id, wizard.open_credit_ids)

    def test_a_long_one_takes_no_more_queries(self):
        """However many lines it has, they are stored at once."""
        self.patch(client_refund_wizard_open, "PAGE", 5)
        counts = []
        for client, number in ((self.client, 10), (self.other_client, 250)):
            item = {"account_id": self.receivable.id, "partner_id": client.id, "balance": -1}
            entry = self.env["account.move"].create(
                {
                    "date": "2024-03-01",
                    "line_ids": [
                        *[Command.create(item) for _index in range(number)],
                        Command.create({"account_id": self.revenue.id, "balance": number}),
                    ],
                }
            )
            entry.action_post()
            self._open_stored(client)
            count, [values] = self._count(lambda client=client: self._open_stored(client))
            self.assertEqual(len(values["line_ids"]), number)
            counts.append(count)
        self.assertEqual(*counts)

    def test_a_long_one_works_out_the_page_that_is_shown(self):
        self.patch(client_refund_wizard_open, "PAGE", 50)
        page = self.specification | {"line_ids": self.specification["line_ids"] | {"limit": 20}}
        lines = type(self.env["client.refund.wizard.line"])
        with patch.object(lines, "_compute_amounts", autospec=True, side_effect=lines._compute_amounts) as compute:
            self._open_stored(self.many, page)
        self.assertEqual(sum(len(call.args[0]) for call in compute.call_args_list), 20)

    def _open_stored(self, client, specification=None):
        """The button, and the stored form that it opens."""
        action = client.with_user(self.clerk).action_refund_client()
        wizard = self.wizards.with_user(self.clerk).browse(action["res_id"])
        return wizard.web_read(specification or self.specification)

    def test_a_long_client_is_chosen(self):
        """In the empty form of the menu: what is open is listed only when the form is stored."""
        self.patch(client_refund_wizard_open, "PAGE", 50)
        form = Form(self.wizards.with_user(self.clerk))
        form.partner_id = self.few
        self.assertEqual((len(form.line_ids), form.is_too_long), (10, False))
        form.partner_id = self.many
        self.assertEqual((len(form.line_ids), form.is_too_long), (0, True))
        self.assertFalse(form.alerts)
        form.memo = "Year's end"

        wizard = self._opened(form.save().action_list_items())
        self.assertEqual((wizard.partner_id, wizard.memo, wizard.is_too_long), (self.many, "Year's end", False))
        self.assertEqual(len(wizard._get_selected_lines()), 60)

        form = Form(wizard)
        form.partner_id = self.few
        self.assertEqual(len(form.line_ids), 10)

    def test_many_invoices_make_it_long_too(self):
        self.patch(client_refund_wizard_open, "PAGE", 50)
        for _index in range(41):
            self._invoice(5, partner=self.few)
        self.assertIn("res_id", self.few.with_user(self.clerk).action_refund_client())

    def test_type_an_amount(self):
        counts = []
        for client in (self.few, self.many, self.few, self.many):
            wizards, sent = self._edited(client)
            count, result = self._count(
                lambda wizards=wizards, sent=sent: wizards.onchange(sent, ["line_ids"], self.specification)
            )
            counts.append(count)
            self.assertEqual(result["value"]["amount"], sum(line["amount"] for *_command, line in sent["line_ids"]))
        _warmup, _warmup, few, many = counts
        self.assertEqual(few, many)
        self.assertLessEqual(many, 17)

    def test_confirm(self):
        """Saving and confirming grow as what they write does: by lines in batches of a hundred, not line by line."""
        counts = []
        for client in (self.other_client, self.few, self.many):
            if client == self.other_client:
                self._credit_notes(1, 10, partner=client)
            wizards, sent = self._edited(client)
            wanted = ("partner_id", "company_id", "currency_id", "date", "journal_id", "payment_method_line_id")
            saved = {name: sent[name] for name in wanted} | {
                "line_ids": [
                    Command.create({name: line[name] for name in ("move_line_id", "selected", "amount")})
                    for *_command, line in sent["line_ids"]
                ]
            }

            def confirm(wizards=wizards, saved=saved):
                [values] = wizards.web_save(saved, self.specification)
                return wizards.browse(values["id"]).action_refund()

            count, action = self._count(confirm)
            refund = self.refunds.browse(action["res_id"])
            self.assertEqual(refund.amount, 10 * len(refund.line_ids) - 6)
            counts.append(count)
        _warmup, few, many = counts
        self.assertLess(many - few, 50)
