from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_run import ClientRefundRunCommon

WORK = "odoo.addons.client_refund_run.models.client_refund_run_work"


@tagged("post_install", "-at_install")
class TestRun(ClientRefundRunCommon):
    """Prepared, looked at, issued: many clients at once, each refunded as if alone."""

    def test_prepare_holds_and_pays_nothing(self):
        credit = self._credit_note(100)
        ledger = self._ledger()

        run = self._prepare()

        self.assertEqual(run.state, "prepared")
        self.assertRecordValues(
            run.refund_ids,
            [
                {
                    "partner_id": self.client.id,
                    "state": "draft",
                    "amount": 100,
                    "date": run.date,
                    "user_id": self.clerk.id,
                }
            ],
        )
        self.assertFalse(run.refund_ids.payment_ids)
        self.assertEqual(credit.amount_refund_reserved, 100)
        self.assertEqual(self._ledger(), ledger)

    def test_issue(self):
        credits = {
            client: self._credit_note(100, partner=client) | self._payment(50, client) for client in self.clients
        }

        run = self._issue(self._prepare())

        self.assertEqual(run.state, "done")
        self.assertEqual((run.refund_count, run.issued_count, run.failed_count), (3, 3, 0))
        self.assertEqual((run.amount, run.amount_issued), (450, 450))
        for client, refund in self._by_client(run).items():
            self.assertEntry(
                refund.payment_ids.move_id,
                [
                    (self.outstanding, client, -150, 0, 150),
                    (self.receivable, client, 100, 100, 0),
                    (self.receivable, client, 50, 50, 0),
                ],
            )
            self.assertPairs(refund, list(zip(credits[client], (100, 50), strict=True)))
            self.assertEqual(credits[client].mapped("amount_residual"), [0, 0])
            self.assertEqual(refund.user_id, self.clerk)

    def test_one_refund_per_client_and_currency(self):
        euro = self.setup_other_currency("EUR")
        self._credit_note(100)
        self._credit_note(100, currency=euro)

        run = self._prepare()

        self.assertEqual(
            {(refund.partner_id, refund.currency_id, refund.amount) for refund in run.refund_ids},
            {(self.client, self.currency, 100), (self.client, euro, 100)},
        )

    def test_contacts_belong_to_their_client(self):
        contact = self._create_client("Ann Alder", parent_id=self.client.id)
        credits = self._entry(30, partner=contact) | self._entry(20)

        run = self._prepare()

        self.assertEqual(run.refund_ids.partner_id, self.client)
        self.assertEqual(run.refund_ids.line_ids.move_line_id, credits)

    def test_more_clients_than_a_chunk_takes(self):
        for client in self.clients:
            self._entry(10, partner=client)
        with (
            patch(f"{WORK}.CHUNK", 2),
        ):
            run = self._create_run()
            run.action_prepare()
            self.assertEqual((run.state, run.clients_done, run.client_count), ("preparing", 2, 3))
            self._work(run)
            self.assertEqual((run.state, run.refund_count), ("prepared", 3))
            run.action_submit()
            self.assertEqual(run.state, "checking")
            self._work(run)

        self.assertEqual((run.state, run.issued_count), ("done", 3))

    def test_nothing_matches(self):
        run = self._prepare()

        self.assertEqual((run.state, run.refund_count, run.skip_count), ("prepared", 0, 0))
        with self.assertRaisesRegex(UserError, "has no draft refunds to issue. Add a client"):
            run.action_submit()

    def test_test_mode_is_a_run_that_is_discarded(self):
        credit = self._credit_note(100)
        run = self._prepare()

        run.action_undo("only a test")
        self._work(run)

        self.assertEqual(run.state, "canceled")
        self.assertEqual(run.refund_ids.state, "canceled")
        self.assertEqual(credit.amount_refundable, 100)

    def test_clerk_removes_edits_and_adds(self):
        self._credit_note(100)
        self._credit_note(100, partner=self.other_client)
        run = self._prepare()
        refunds = self._by_client(run)
        late = self._entry(70, partner=self.third_client)

        refunds[self.client].action_undo("not now")
        refunds[self.other_client].line_ids.amount = 60
        form = self._shown(run.action_add_client())
        form.partner_id = self.third_client
        form.save().action_refund()
        self._issue(run)

        self.assertEqual(
            {(refund.partner_id, refund.amount, refund.state) for refund in run.refund_ids},
            {
                (self.client, 100, "canceled"),
                (self.other_client, 60, "in_process"),
                (self.third_client, 70, "in_process"),
            },
        )
        self.assertTrue(late.reconciled)

    def test_undo(self):
        for client in self.clients:
            self._credit_note(100, partner=client)
        ledger = self._ledger(self.clients)
        run = self._issue(self._prepare())

        run.action_undo("wrong bank")
        self._work(run)

        self.assertEqual(run.state, "canceled")
        self.assertEqual(set(run.refund_ids.mapped("state")), {"canceled"})
        after = self._ledger(self.clients)
        self.assertEqual({item: after[item] for item in ledger}, ledger)

    def test_undo_leaves_what_the_bank_paid(self):
        credits = {client: self._credit_note(100, partner=client) for client in self.clients}
        run = self._issue(self._prepare())
        paid = self._by_client(run)[self.client]
        self._match_with_bank(paid.payment_ids)

        run.action_undo("wrong bank")
        self._work(run)

        self.assertEqual(run.state, "errors")
        self.assertIn("is matched with", paid.run_error)
        self.assertTrue(credits[self.client].reconciled)
        self.assertEqual(credits[self.other_client].amount_refundable, 100)

    def _match_with_bank(self, payment):
        statement_line = self.env["account.bank.statement.line"].create(
            {"payment_ref": "Paid", "journal_id": self.bank.id, "amount": -payment.amount, "date": "2024-04-03"}
        )
        suspense = statement_line._seek_for_lines()[1]
        suspense.account_id = self.outstanding
        (suspense | payment._seek_for_lines()[0]).reconcile()

    def test_what_only_the_run_writes(self):
        run = self._prepare_three()
        skip = self.env["client.refund.run.skip"].with_user(self.clerk)

        for vals in (
            {"state": "issuing"},
            {"approver_id": self.approver.id},
            {"worker_id": self.approver.id},
            {"user_id": self.approver.id},
            {"paused": True},
            {"contributor_ids": [Command.clear()]},
            {"refund_ids": [Command.clear()]},
            {"last_client_id": 0},
        ):
            with self.assertRaisesRegex(UserError, "can't be set directly"):
                self._rpc(self.clerk, run, "write", vals)
        with self.assertRaisesRegex(UserError, "can't be set directly"):
            self._rpc(self.clerk, run.refund_ids[0], "write", {"run_id": False})
        with self.assertRaisesRegex(UserError, "This is possible only in: Criteria"):
            run.age_days = 3
        with self.assertRaisesRegex(UserError, "This is possible only in: Criteria"):
            run.minimum_ids = [Command.create({"currency_id": self.currency.id, "amount": 1})]
        minimums = self.env["client.refund.run.minimum"].with_user(self.clerk)
        with self.assertRaisesRegex(UserError, "This is possible only in: Criteria"):
            minimums.create({"run_id": run.id, "currency_id": self.currency.id, "amount": 1})
        with self.assertRaisesRegex(UserError, "This is possible only in: Criteria"):
            run.unlink()
        with self.assertRaisesRegex(UserError, "What a run leaves out"):
            skip.create({"run_id": run.id, "currency_id": self.currency.id, "kind": "problem"})
        with self.assertRaises(AccessError):
            self.runs.with_user(self._create_user("run_reader", "Rita", "account.group_account_readonly")).create({})

    def test_numbers(self):
        self.env.ref("client_refund_run.sequence_client_refund_run").date_range_ids.unlink()

        runs = self.runs.create([{"date": "2022-04-01"}] * 2)

        self.assertEqual(runs.mapped("name"), ["RR/2022/0001", "RR/2022/0002"])

    def test_no_file_puts_refunds_into_a_run(self):
        with self.assertRaisesRegex(UserError, "can't be imported with run_id"):
            self.env["client.refund"].with_user(self.clerk).load(
                ["partner_id", "amount_to_refund", "run_id/.id"], [["Alder", "30", "1"]]
            )

    def test_analysis_knows_the_run(self):
        run = self._prepare_three()
        alone = self._draft({self._entry(5): None})
        self.env.flush_all()

        rows = self.env["client.refund.report"].search([("refund_id", "in", (run.refund_ids | alone).ids)])

        self.assertEqual(rows.filtered("run_id").refund_id, run.refund_ids)
        self.assertEqual(rows.run_id, run)

    def test_clients_have_no_right_on_runs(self):
        run = self._prepare_three()
        user = self._create_user("client_user", "Pia Portal", "base.group_portal")
        for record in (run, run.skip_ids):
            for call in (("read", ["display_name"]), ("search_read", []), ("search_count", [])):
                with self.subTest(model=record._name, method=call[0]), self.assertRaises(AccessError):
                    self._rpc(user, record if call[0] == "read" else record.browse(), *call)

    def test_defaults_in_the_context_open_nothing(self):
        context = {
            "default_state": "preparing",
            "default_worker_id": self.approver.id,
            "default_approver_id": self.approver.id,
            "default_contributor_ids": [Command.clear()],
        }

        run = self.runs.with_context(**context).create([{"journal_id": self.bank.id}])

        self.assertRecordValues(
            run,
            [{"state": "draft", "worker_id": False, "approver_id": False, "contributor_ids": self.clerk.ids}],
        )

    def test_locked_date_is_refused_at_once(self):
        self._lock_until("2024-04-30")

        with self.assertRaisesRegex(UserError, "2024-04-01 is in a locked period"):
            self._prepare()
