from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.client_refund.tools.workflow import with_workflow

from .common import ClientDormantCommon

GATHER = "odoo.addons.client_refund_dormant.models.client_dormant_gather"


@tagged("post_install", "-at_install")
@freeze_time("2025-03-10")
class TestDormantGather(ClientDormantCommon):
    """Credits come in when they are old enough, join what is looked for already, and close it when they are used."""

    def _work(self, seconds_left=float("inf")):
        """What the scheduler does at night, but for its commits."""
        progress = type(self.env["ir.cron"])
        with patch.object(progress, "_commit_progress", lambda *args, **kwargs: seconds_left):
            self.env["client.dormant.credit"].sudo()._cron_gather()
        return self.env["client.dormant.credit"].search(
            [("partner_id", "in", (self.client | self.other_client).ids)], order="id"
        )

    def test_old_enough(self):
        """One day more or less; by client, company, currency and account."""
        old, older = self._credit_note(300, date="2024-03-10"), self._payment(50, date="2024-02-01")
        self._credit_note(20, date="2024-03-11")
        other = self._entry(70, partner=self.other_client)

        registers = self._work()

        self.assertRecordValues(
            registers.sorted("amount"),
            [
                {
                    "partner_id": self.other_client.id,
                    "amount": 70,
                    "state": "to_contact",
                    "company_id": self.company.id,
                },
                {"partner_id": self.client.id, "amount": 350, "state": "to_contact", "company_id": self.company.id},
            ],
        )
        self.assertEqual(registers.line_ids.move_line_id, old | older | other)
        self.assertEqual(max(registers.mapped("date_oldest")), fields.Date.to_date("2024-02-01"))
        self.assertRegex(registers[0].name, r"^DC/2025/\d{5}$")

    def test_nobody_says_that_the_register_does_not_look(self):
        credit = self._credit_note(300)
        register = self._register(credit)
        self.assertTrue(credit.is_in_register and self.client.is_in_register)
        for user in (self.clerk, self.env.user):
            for record in (credit, self.client):
                with self.assertRaisesRegex(AccessError, "the register of dormant credits"), self.env.cr.savepoint():
                    self._rpc(user, record, "write", {"is_in_register": False})
        (credit | self._invoice(300)).reconcile()
        self.assertEqual(register.state, "closed")

    def test_days_of_the_company(self):
        self._credit_note(300, date="2025-01-01")
        self.assertFalse(self._work())
        self.company.client_refund_dormant_days = 30
        self.assertEqual(self._work().amount, 300)

    def test_switched_off(self):
        self._credit_note(300)
        self.company.client_refund_dormant_days = 0
        self.assertFalse(self._work())

    def test_trust_money_is_not_dormant(self):
        self._credit_note(300)
        self.company.client_refund_excluded_account_ids = self.receivable
        self.assertFalse(self._work())

    def test_what_was_taken_over_from_trust_money_is_not_dormant(self):
        trust = self.receivable.copy({"code": "TRUST1", "name": "Trust receivable"})
        self.company.client_refund_excluded_account_ids = trust
        credit = self._entry(500, account=trust)
        move = self.env["account.move"].create(
            {
                "date": "2024-01-02",
                "line_ids": [
                    Command.create({"account_id": account.id, "partner_id": self.client.id, "balance": balance})
                    for account, balance in ((trust, 500), (self.receivable, -500))
                ],
            }
        )
        move.action_post()
        (move.line_ids.filtered("debit") | credit).reconcile()
        self.assertFalse(self._work())

    def test_branch_follows_its_root(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env["res.company"].flush_model()
        branch.client_refund_dormant_days = 9999
        credit = self._credit_note(300)
        self.env.cr.execute("UPDATE account_move_line SET company_id = %s WHERE id = %s", [branch.id, credit.id])
        self.env.cr.execute("UPDATE account_move SET company_id = %s WHERE id = %s", [branch.id, credit.move_id.id])
        self.env.invalidate_all()
        self.assertEqual(self._work().company_id, branch)

    def test_again_does_nothing(self):
        self._credit_note(300)
        before = self._work()
        messages = len(before.message_ids)
        self.assertEqual(self._work(), before)
        self.assertEqual((len(before.line_ids), len(before.message_ids)), (1, messages))

    def test_nothing_is_entered_before_somebody_sets_it_up(self):
        self.assertEqual(self.env["res.company"].create({"name": "Fresh"}).client_refund_dormant_days, 0)

    def test_what_is_entered_is_left_out(self):
        """The nightly work grows with what is new, not with what is in the register."""
        self._credit_note(300)
        self._work()
        self._entry(70, partner=self.other_client)
        registers = self.env["client.dormant.credit"].sudo()
        with patch.object(type(registers), "_gather", side_effect=type(registers)._gather, autospec=True) as gather:
            self._work()
        [call] = gather.call_args_list
        self.assertEqual(call.args[1].partner_id, self.other_client)

    def test_ends_when_the_time_is_over(self):
        """A chunk at a time; what is left is done the next time, and nothing is done twice."""
        clients = [self._create_client(f"Client {number}") for number in range(3)]
        for client in clients:
            self._entry(10, partner=client)
        registers = self.env["client.dormant.credit"]
        domain = [("partner_id", "in", [client.id for client in clients])]
        with patch(f"{GATHER}.CHUNK", 1):
            for entered in (1, 2):
                with_workflow(registers.sudo().search([])).followed_on = fields.Date.today()
                self._work(seconds_left=0)
                self.assertEqual(registers.search_count(domain), entered)
        self._work()
        self.assertEqual(registers.search_count(domain), 3)

    def test_all_are_followed_in_turn(self):
        """Where the time is not enough for all, those come first that were not looked at the longest."""
        first, second = (
            self._register(self._credit_note(300)),
            self._register(self._entry(70, partner=self.other_client)),
        )
        others = self.env["client.dormant.credit"].sudo().search([]) - first - second
        with_workflow(others).followed_on = fields.Date.today()
        with patch(f"{GATHER}.CHUNK", 1):
            self._work(seconds_left=0)
            self.assertEqual((first | second).filtered("followed_on"), first)
            self._work(seconds_left=0)
        self.assertEqual((first | second).mapped("followed_on"), [fields.Date.today()] * 2)

    def test_more_gets_old(self):
        self._credit_note(300)
        register = self._work()
        self._attempt(register)
        younger = self._credit_note(20, date="2024-06-01")
        with freeze_time("2025-06-01"):
            self.assertEqual(self._work(), register)
        self.assertEqual((register.amount, register.state), (320, "contacting"))
        register.invalidate_recordset(["message_ids"])
        self.assertTrue(register.message_ids.filtered(lambda message: younger.move_id.name in message.body))

    def test_nothing_joins_what_was_asked_for(self):
        register = self._ask(self._credit_note(300))
        self._payment(50)
        self.assertEqual(self._work(), register)
        self.assertEqual((register.amount, len(register.line_ids)), (300, 1))
        register.action_withdraw()
        self.assertEqual(self._work().amount, 350)

    def test_closed_when_used_up(self):
        """By a refund and by a reconciliation, at once and not only at night."""
        credit_note, receipt = self._credit_note(300), self._payment(50)
        register = self._work()
        self._attempt(register)
        (receipt | self._invoice(50)).reconcile()
        self.assertEqual((register.state, register.amount), ("contacting", 300))
        refund = self._refund({credit_note: None})
        self.assertEqual((register.state, register.amount, register.attempt_count), ("closed", 0, 1))
        # what is open again is looked for again, with what was tried before
        refund.action_undo("Wrong client")
        self.assertEqual((register.state, register.amount, register.attempt_count), ("contacting", 300, 1))
        self.assertEqual(self._work(), register)

    def test_reopened_by_a_return(self):
        """Without an attempt as what nobody has looked for; not beside one that is open by then."""
        credit_note = self._credit_note(300)
        register = self._work()
        refund = self._refund({credit_note: 100})
        self._refund({credit_note: 200})
        self.assertEqual(register.state, "closed")
        refund.action_return("Account closed")
        self.assertEqual((register.state, register.amount), ("to_contact", 100))

        again = self._refund({credit_note: 100})
        self.assertEqual(register.state, "closed")
        self._credit_note(40)
        younger = self._work() - register
        self.assertEqual((younger.state, younger.amount), ("to_contact", 40))
        again.action_undo("Wrong client")
        self.assertEqual(register.state, "closed")
        self.assertEqual(self._work() - register, younger)
        self.assertEqual(younger.amount, 140)

    def test_nothing_takes_by_itself_what_waits(self):
        credit_note, other = self._credit_note(300), self._credit_note(50, date="2025-03-01")
        register = self._ask(credit_note)
        self.assertEqual(
            (credit_note | other)._get_held_back(),
            {
                credit_note: (
                    "reserved",
                    f"{credit_note.move_id.name} waits to be handed over with dormant credit {register.name}.",
                )
            },
        )
        wizard = self._opened(self.client.action_refund_client())
        self.assertEqual(wizard._get_refund_credits(), other)
        self.assertRegex(
            wizard.alerts["hand_over"]["message"], f"{credit_note.move_id.name} waits.* {register.name}.*, tick it"
        )
        register.action_withdraw()
        self.assertEqual((credit_note | other)._get_held_back(), {})
        self.assertFalse(self._opened(self.client.action_refund_client()).alerts)

    def test_closed_while_it_waits(self):
        credit_note = self._credit_note(300)
        register = self._ask(credit_note)
        self.assertTrue(register.activity_ids)
        self._refund({credit_note: None})
        self.assertEqual(register.state, "closed")
        self._work()
        self.assertFalse(register.activity_ids)

    def test_document_that_is_deleted(self):
        credit_note = self._credit_note(300)
        register = self._work()
        document = credit_note.move_id.name
        credit_note.move_id.button_draft()
        self.assertEqual(register.state, "closed")
        credit_note.move_id.with_context(force_delete=True).unlink()
        self.assertEqual(register.line_ids.document, document)

    def test_blocked_document_stays(self):
        credit_note = self._credit_note(300)
        register = self._work()
        credit_note.move_id.action_toggle_block_payment()
        self._work()
        self.assertEqual((register.state, register.amount), ("to_contact", 0))
        credit_note.move_id.action_toggle_block_payment()
        with freeze_time("2025-03-11"):
            self._work()
        self.assertEqual(register.amount, 300)

    def test_client_of_another_parent(self):
        """Who owns the client now is looked for anew; what was asked for in the old name is not handed over."""
        register = self._ask(self._credit_note(300))
        group = self._create_client("Group")
        self.client.parent_id = group
        self.assertEqual((register.state, register.amount), ("closed", 0))
        self._work()
        again = self.registers.search([("partner_id", "=", group.id)])
        self.assertRecordValues(again, [{"amount": 300, "state": "to_contact", "attempt_count": 0}])

    def test_contact_of_another_parent(self):
        """Its credits go with it, and those of the client stay."""
        contact = self._create_client("Fin Finch", parent_id=self.client.id)
        moved = self._payment(50, partner=contact)
        register = self._register(self._credit_note(300) | moved)
        self._attempt(register)
        self._register(self._credit_note(20, partner=self.other_client))
        contact.parent_id = self.other_client
        self._work()
        other = self.registers.search([("partner_id", "=", self.other_client.id)])
        self.assertEqual((register.amount, other.amount), (300, 70))
        register.action_submit()
        register.with_user(self.approver).action_approve()
        self.assertEqual((register.state, register.amount), ("handed_over", 300))
        self.assertFalse(moved.reconciled)

    def _merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.client | self.other_client).ids, self.client)
        self.env.invalidate_all()

    def test_clients_are_merged(self):
        """The older one takes over; what was handed over stays as it is."""
        handed_over = self._hand_over(self._credit_note(5, partner=self.other_client))
        other = self._register(self._credit_note(70, partner=self.other_client))
        register = self._register(self._credit_note(300))
        self._attempt(register)
        self._merge()
        self.assertRecordValues(
            handed_over | other | register,
            [
                {"partner_id": self.client.id, "state": "handed_over", "amount": 5},
                {"partner_id": self.client.id, "state": "to_contact", "amount": 370},
                {"partner_id": self.client.id, "state": "closed", "amount": 0},
            ],
        )
        self.assertEqual(len(register.attempt_ids), 1)

    def test_clients_are_not_merged_while_one_waits(self):
        register = self._ask(self._credit_note(300))
        self._register(self._credit_note(70, partner=self.other_client))
        with self.assertRaisesRegex(UserError, f"{register.name}.*it is To Approve"), self.env.cr.savepoint():
            self._merge()

    def test_queries_do_not_grow(self):
        """But for the number of each, which its sequence gives."""
        clients = [self._create_client(f"Client {number}") for number in range(24)]

        def count(some):
            credits = self.env["account.move.line"].union(*(self._entry(10, partner=client) for client in some))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            registers = self.env["client.dormant.credit"].sudo()._gather(credits)
            self.env.flush_all()
            self.assertEqual(len(registers), len(some))
            return self.env.cr.sql_log_count - before - len(some)

        count(clients[:2])
        few, many = count(clients[2:4]), count(clients[4:])
        self.assertLessEqual(many, few + 2)

    # ------------------------------------------------------------------
    # The worklist
    # ------------------------------------------------------------------

    def test_worklist(self):
        self._credit_note(300)
        self._credit_note(20, date="2025-02-01")
        self._credit_note(40, date="2025-02-01", partner=self.other_client)
        rows = self.env["client.credit"].with_user(self.clerk)
        clients = (self.client | self.other_client).ids
        dormant = rows.search([("partner_id", "in", clients), ("dormant", "=", True)])
        self.assertEqual(dormant.partner_id, self.client)

        action = rows.search([("partner_id", "in", clients)]).action_register_dormant()

        register = self.registers.browse(action["res_id"])
        self.assertEqual((register.amount, register.partner_id), (300, self.client))
        self.assertIs(action["context"]["active_id"], False, "the browser finds back")
        # once more shows the same
        self.assertEqual(dormant.action_register_dormant()["res_id"], register.id)
        with self.assertRaisesRegex(UserError, "None of these credits is old enough"):
            rows.search([("partner_id", "=", self.other_client.id)]).action_register_dormant()
