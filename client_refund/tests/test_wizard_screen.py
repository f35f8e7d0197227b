import random
from datetime import date
from itertools import count

from odoo import Command
from odoo.tests import tagged
from odoo.tools.json import json_default

from .common import ClientRefundCommon

LINES = ("line_ids", "offset_ids")


def as_sent(value):
    """What the web client sends of what it was told."""
    if isinstance(value, dict) and "id" in value:
        return value["id"]
    return json_default(value) if isinstance(value, date) else value


class Screen:
    """A form of a stored wizard in the web client: it shows what it is told, and sends what was changed."""

    def __init__(self, wizard):
        self.wizard = wizard
        self.spec = wizard._get_fields_spec()
        self.spec = {name: spec for name, spec in self.spec.items() if name in LINES or not self._is_many(name)}
        self.virtual_ids = (f"virtual_{number}" for number in count(1))
        self.load()

    def _is_many(self, name):
        return self.wizard._fields[name].type.endswith("2many")

    def load(self):
        self.shown = self.look()
        self.changes = {}
        self.line_changes = {name: {} for name in LINES}
        self.deleted = {name: [] for name in LINES}

    def look(self):
        """What a form that is opened anew shows."""
        self.wizard.env.invalidate_all()
        [values] = self.wizard.web_read(self.spec)
        return values | {name: {line.pop("id"): line for line in values[name]} for name in LINES}

    def type(self, **values):
        self.shown.update(values)
        self.changes.update(values)
        self._ask(values)

    def type_in_line(self, name, line_id, **values):
        self._change_line(name, line_id, values)
        if isinstance(line_id, int):  # the client asks for the line first
            line = self.wizard[name].browse(line_id)
            parent = self._get_changes() | {"id": self.wizard.id}
            sent = self.line_changes[name][line_id] | {"wizard_id": parent}
            told = line.onchange(sent, list(values), self.spec[name]["fields"])["value"]
            self._change_line(name, line_id, told)
        self._ask({name})

    def _change_line(self, name, line_id, values):
        values = {name: as_sent(value) for name, value in values.items()}
        self.shown[name][line_id].update(values)
        self.line_changes[name].setdefault(line_id, {}).update(values)

    def _get_changes(self):
        lines = {
            name: [
                Command.update(line_id, dict(vals))
                if isinstance(line_id, int)
                else (Command.CREATE, line_id, dict(self.shown[name][line_id]))
                for line_id, vals in self.line_changes[name].items()
            ]
            + [Command.delete(line_id) for line_id in self.deleted[name]]
            for name in LINES
        }
        return self.changes | {name: commands for name, commands in lines.items() if commands}

    def _ask(self, names):
        self.wizard.env.invalidate_all()
        told = self.wizard.onchange(self._get_changes(), list(names), self.spec)["value"]
        for name in LINES:
            for command, line_id, *vals in told.pop(name, []):
                self._apply(name, command, line_id, *vals)
        told = {name: as_sent(value) for name, value in told.items()}
        self.shown.update(told)
        self.changes.update(told)

    def _apply(self, name, command, line_id, vals=None):
        if command == Command.CREATE:
            line_id = next(self.virtual_ids)
            self.shown[name][line_id] = {}
            self._change_line(name, line_id, vals)
        elif command == Command.UPDATE:
            self._change_line(name, line_id, vals)
        else:
            del self.shown[name][line_id]
            self.line_changes[name].pop(line_id, None)
            if isinstance(line_id, int):
                self.deleted[name].append(line_id)

    def get_truth(self):
        """What the form shows once it is saved."""
        env = self.wizard.env
        env.invalidate_all()
        with env.cr.savepoint() as savepoint:
            self.wizard.write(self._get_stored(self.wizard, self._get_changes()))
            truth = self.look()
            savepoint.close(rollback=True)
        env.invalidate_all()
        return self._normalized(truth)

    def _get_stored(self, records, vals):
        fields = records._fields
        return {
            name: [
                (command, line_id, self._get_stored(records[name], vals) if vals else 0)
                for command, line_id, vals in value
            ]
            if name in LINES
            else value
            for name, value in vals.items()
            if fields[name].store and not fields[name].related
        }

    def get_shown(self):
        return self._normalized(self.shown)

    def _normalized(self, shown):
        """What can be compared: as it is sent, the lines by what they are about."""
        lines = {
            (name, as_sent(line["move_line_id"]), field): value
            for name in LINES
            for line in shown[name].values()
            for field, value in line.items()
        }
        values = {name: value for name, value in shown.items() if name not in LINES} | lines
        return {name: as_sent(value) for name, value in values.items()}


@tagged("post_install", "-at_install")
class TestWizardScreen(ClientRefundCommon):
    """After a refused click, what the wizard shows is what will happen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"client_refund_approval_policy": "above", "client_refund_approval_amount": 1000})
        cls.env.company.client_refund_offset_policy = "propose"
        cls.credit_note, cls.payment = cls._credit_note(300), cls._payment(200)
        cls.invoices = cls._invoice(40) | cls._invoice(60)
        cls.own = cls._bank_account("BE0001")
        cls.shared = cls._bank_account("BE0002", trusted=False)
        cls._bank_account("BE0002", partner=cls.other_client)
        cls._credit_note(500, partner=cls.other_client)

    def _screen(self, **vals):
        """A wizard whose click was refused."""
        wizard = self.wizards.create({"partner_id": self.client.id, "partner_bank_id": self.own.id, **vals})
        return Screen(wizard)

    def assertTrueScreen(self, screen, typed=()):
        shown, truth = screen.get_shown(), screen.get_truth()
        names = [name for name in shown.keys() | truth.keys() if shown.get(name) != truth.get(name)]
        self.assertFalse({name: (shown.get(name), truth.get(name)) for name in names}, typed)

    def test_banners_of_another_account_go_with_it(self):
        screen = self._screen()
        line_id = next(iter(screen.shown["line_ids"]))
        screen.type_in_line("line_ids", line_id, amount=100)
        before = screen.shown["alerts"]

        screen.type(partner_bank_id=self.shared.id)
        self.assertIn("shared_account", screen.shown["alerts"])
        self.assertTrue(screen.shown["needs_approval"])
        screen.type(partner_bank_id=self.own.id)

        self.assertEqual(screen.shown["alerts"], before)
        self.assertFalse(screen.shown["needs_approval"])

    def test_button_of_an_amount_that_was_mistyped(self):
        """What was stored needs approval for one reason, what was typed for another, and at last nothing does."""
        wizard = self._screen().wizard
        wizard.line_ids[0].amount = 9999
        screen = Screen(wizard)
        self.assertTrue(screen.shown["needs_approval"])

        screen.type(partner_bank_id=self.shared.id)
        screen.type_in_line("line_ids", wizard.line_ids[0].id, amount=100)
        self.assertTrue(screen.shown["needs_approval"])
        screen.type(partner_bank_id=self.own.id)

        self.assertFalse(screen.shown["needs_approval"])

    def test_whatever_is_typed(self):
        """Whatever is typed one after the other, the screen shows what it would show when it is saved."""
        journals = self.wizards.create({"partner_id": self.client.id}).available_journal_ids
        for seed in range(3):
            dice = random.Random(seed)
            screen = self._screen()
            typed = []
            for _step in range(8):
                name = dice.choice(["date", "journal_id", "partner_bank_id", "line_ids", "line_ids", "offset_ids"])
                if name in LINES:
                    lines = screen.shown[name]
                    if not lines:
                        continue
                    vals = dice.choice([{"amount": dice.choice([0, 50, 100, 9999])}, {"selected": dice.random() < 0.5}])
                    typed.append((name, vals))
                    screen.type_in_line(name, dice.choice(list(lines)), **vals)
                else:
                    value = dice.choice(
                        {
                            "date": ["2024-03-05", "2024-06-01"],
                            "journal_id": journals.ids,
                            "partner_bank_id": [self.own.id, self.shared.id],
                        }[name]
                    )
                    typed.append((name, value))
                    screen.type(**{name: value})
                self.assertTrueScreen(screen, typed)

    def test_another_client_and_back(self):
        screen = self._screen()
        screen.type(partner_bank_id=self.shared.id)
        screen.type(partner_id=self.other_client.id)
        self.assertTrueScreen(screen)
        screen.type(partner_id=self.client.id)
        self.assertTrueScreen(screen)
        self.assertEqual(screen.shown["amount"], 400)
