from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from odoo.addons.client_refund.tests.common import ClientRefundCommon

COLUMNS = ("partner_id", "amount_to_refund", "external_reference")


@tagged("post_install", "-at_install")
class TestImport(ClientRefundCommon):
    """A file of clients, amounts and references becomes draft refunds, by Odoo's own import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.ref = "C-1042"

    def _import(self, text, columns=COLUMNS, dryrun=False, user=None, **options):
        """Import a file as the import screen does: its headings are in the first line."""
        headings = text.strip().splitlines()[0].split(",")
        screen = (
            self.env["base_import.import"]
            .with_user(user or self.clerk)
            .create(
                {
                    "res_model": "client.refund",
                    "file": text.encode(),
                    "file_type": "text/csv",
                    "file_name": "refunds.csv",
                }
            )
        )
        options = {"quoting": '"', "separator": ",", "has_headers": True, **options}
        result = screen.execute_import(list(columns), headings, options, dryrun=dryrun)
        return self.refunds.browse(result["ids"] or []), [message["message"] for message in result["messages"]], result

    def assertLeftOut(self, messages, *patterns):
        """One message for each row that is left out, in the order of the file."""
        self.assertEqual(len(messages), len(patterns), messages)
        for message, pattern in zip(messages, patterns, strict=True):
            self.assertRegex(message, pattern)

    # ------------------------------------------------------------------
    # Rows that are right
    # ------------------------------------------------------------------

    def test_oldest_credits_first(self):
        """450 of 300 (March 1), 200 (March 2) and 50 (March 3) takes all of the first and 150 of the second."""
        receipt = self._bank_receipt(50)
        payment = self._payment(200)
        credit_note = self._credit_note(300)
        other = self._credit_note(80, partner=self.other_client)

        refunds, messages, _result = self._import(
            "Client,Amount,External Reference\nAlder & Finch LLP,450,shop-1\nBirch Holdings,80.00,shop-2\n"
        )

        self.assertFalse(messages)
        self.assertRecordValues(
            refunds,
            [
                {"partner_id": self.client.id, "amount": 450, "state": "draft", "external_reference": "shop-1"},
                {"partner_id": self.other_client.id, "amount": 80, "state": "draft", "external_reference": "shop-2"},
            ],
        )
        self.assertEqual(
            [(line.move_line_id, line.amount) for line in refunds.line_ids],
            [(credit_note, 300), (payment, 150), (other, 80)],
        )
        self.assertEqual((receipt.amount_refundable, payment.amount_refundable), (50, 50))
        self.assertEqual(refunds.user_id, self.clerk)

        refunds.action_submit()
        self.assertPairs(refunds[0], [(credit_note, 300), (payment, 150)])
        self.assertEqual(payment.amount_residual, -50)

    def test_two_rows_of_one_client(self):
        """The second takes what the first leaves."""
        credit_note, payment = self._credit_note(300), self._payment(200)

        refunds, messages, _result = self._import(
            "Client,Amount,External Reference\nC-1042,250,shop-1\nC-1042,250,shop-2\n"
        )

        self.assertFalse(messages)
        self.assertEqual(
            [(line.refund_id, line.move_line_id, line.amount) for line in refunds.line_ids],
            [(refunds[0], credit_note, 250), (refunds[1], credit_note, 50), (refunds[1], payment, 200)],
        )

    def test_client_by_database_id_and_external_id(self):
        self._credit_note(300)
        self.env["ir.model.data"].create(
            {"module": "__import__", "name": "alder", "model": "res.partner", "res_id": self.client.id}
        )
        by_id, messages, _result = self._import(
            f"Client,Amount,Reference\n{self.client.id},100,shop-1\n",
            ("partner_id/.id", "amount_to_refund", "external_reference"),
        )
        self.assertFalse(messages)
        by_external_id, messages, _result = self._import(
            "Client,Amount,Reference\n__import__.alder,100,shop-2\n",
            ("partner_id/id", "amount_to_refund", "external_reference"),
        )
        self.assertFalse(messages)
        self.assertEqual((by_id | by_external_id).partner_id, self.client)

    def test_contact_stands_for_its_client(self):
        self.env["res.partner"].create({"name": "Ann Alder", "parent_id": self.client.id})
        self._credit_note(300)
        refunds, messages, _result = self._import("Client,Amount,Reference\nAnn Alder,100,shop-1\n")
        self.assertFalse(messages)
        self.assertEqual(refunds.partner_id, self.client)

    def test_currency_memo_and_date(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        self._credit_note(300)
        in_foreign = self._credit_note(40, currency=foreign)
        columns = (*COLUMNS, "currency_id", "memo", "date")

        refunds, messages, _result = self._import(
            "Client,Amount,Reference,Currency,Memo,Date\nC-1042,15,shop-1,EUR,Case 4711,2024-05-02\n", columns
        )

        self.assertFalse(messages)
        self.assertRecordValues(
            refunds, [{"currency_id": foreign.id, "amount": 15, "memo": "Case 4711", "date": self._date("2024-05-02")}]
        )
        self.assertEqual(refunds.line_ids.move_line_id, in_foreign)

    def _date(self, text):
        return self.env["client.refund"]._fields["date"].to_date(text)

    # ------------------------------------------------------------------
    # Rows that are wrong
    # ------------------------------------------------------------------

    def test_wrong_rows_are_told_and_right_ones_kept(self):
        self._credit_note(300)
        self._credit_note(80, partner=self.other_client)
        self._create_client("Cedar Estates")
        self._create_client("Cedar Estates", ref="C-2")

        refunds, messages, _result = self._import(
            "Client,Amount,External Reference\n"
            "Alder & Finch LLP,100,shop-1\n"
            "Nobody Inc.,100,shop-2\n"
            "Cedar Estates,100,shop-3\n"
            "Birch Holdings,80.01,shop-4\n"
            "Birch Holdings,0,shop-5\n"
            "Birch Holdings,-5,shop-6\n"
            "Birch Holdings,5.001,shop-7\n"
            "Birch Holdings,5,\n"
            ",5,shop-9\n"
            "Birch Holdings,5,shop-1\n"
            "Birch Holdings,80,shop-11\n"
            "Birch Holdings,0.0000004,shop-12\n"
        )

        self.assertEqual(
            [(refund.partner_id, refund.amount) for refund in refunds], [(self.client, 100), (self.other_client, 80)]
        )
        self.assertLeftOut(
            messages,
            r"Row 2 \(Nobody Inc., 100, shop-2\) was left out: there is no client with this name",
            r"Row 3 \(Cedar Estates, 100, shop-3\) was left out: .* of 2 clients. .*C-2 \(\d+\)",
            r"Row 4 \(Birch Holdings, 80.01, shop-4\) was left out: only .*80\.00 of it is open",
            r"Row 5 .* the amount must be a positive number",
            r"Row 6 .* the amount must be a positive number",
            r"Row 7 .* the amount has more decimals than USD",
            r"Row 8 \(Birch Holdings, 5\) was left out: it has no reference",
            r"Row 9 .* it has no client",
            r"Row 10 \(Birch Holdings, 5, shop-1\) was left out: row 1 has the same reference",
            r"Row 12 .* the amount has more decimals than USD",
        )

    def test_messages_as_the_screen_wants_them(self):
        _refunds, _messages, result = self._import("Client,Amount,Reference\nNobody,5,a\nNobody,5,b\n")
        self.assertEqual(
            [(message["type"], message["record"], message["rows"]) for message in result["messages"]],
            [("error", 1, {"from": 0, "to": 0}), ("error", 2, {"from": 1, "to": 1})],
        )

    def test_imported_again(self):
        """Mended, the file makes what is missing and nothing twice; references of other companies don't count."""
        credit_note = self._credit_note(300)
        first, messages, _result = self._import("Client,Amount,Reference\nC-1042,100,shop-1\nC-1043,50,shop-2\n")
        self.assertLeftOut(messages, "Row 2")

        second, messages, _result = self._import("Client,Amount,Reference\nC-1042,100,shop-1\nC-1042,50,shop-2\n")

        self.assertLeftOut(
            messages,
            rf"Row 1 .* already imported, as refund {first.name} of .*100\.00 to Alder & Finch LLP \(Draft\)",
        )
        self.assertEqual(second.amount, 50)
        self.assertEqual(credit_note.amount_refundable, 150)

    def test_space_makes_no_other_reference(self):
        self._credit_note(300)
        refunds, messages, _result = self._load(
            [["C-1042 ", 100, " shop-1"], [" C-1042", "100", "shop-1 "], ["C-1042", "5", " "]]
        )
        self.assertLeftOut(messages, "Row 2 .* row 1 has the same reference", "Row 3 .* has no reference")
        self.assertEqual(refunds.external_reference, "shop-1")

    def test_imported_again_after_it_was_undone(self):
        self._credit_note(300)
        text = "Client,Amount,Reference\nC-1042,100,shop-1\n"
        refund, _messages, _result = self._import(text)
        refund.action_undo("Wrong amount")
        again, messages, _result = self._import(text)
        self.assertLeftOut(messages, r"already imported, as refund .*\(Canceled\)")
        self.assertFalse(again)

    def test_held_by_others(self):
        credit_note = self._credit_note(300)
        self._draft({credit_note: 280})
        refunds, messages, _result = self._import("Client,Amount,Reference\nC-1042,30,shop-1\nC-1042,20,shop-2\n")
        self.assertLeftOut(messages, r"Row 1 .* only .*20\.00 of it is open and not reserved")
        self.assertEqual(refunds.amount, 20)

    def test_what_is_held_back_is_not_taken(self):
        """As in the wizard, the worklist and for programs: what may bounce, is reserved or blocked stays."""
        self._outstanding_payment(70)
        reserved, free, blocked = self._credit_note(10), self._credit_note(20), self._credit_note(40)
        self._draft({reserved: None})
        blocked.move_id.payment_state = "blocked"
        refunds, messages, _result = self._load([["C-1042", "21", "shop-1"], ["C-1042", "20", "shop-2"]])
        self.assertLeftOut(messages, r"Row 1 .* only .*20\.00 .* may still bounce")
        self.assertEqual(refunds.line_ids.move_line_id, free)

    def test_blocked_client(self):
        self._credit_note(300)
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        refunds, messages, _result = self._import("Client,Amount,Reference\nC-1042,30,shop-1\n")
        self.assertLeftOut(messages, "Row 1 .* refunds to Alder & Finch LLP are blocked: In dispute")
        self.assertFalse(refunds)

    def test_several_currencies(self):
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        self._credit_note(300)
        self._credit_note(40, currency=foreign)
        refunds, messages, _result = self._import(
            "Client,Amount,Reference,Currency\nC-1042,30,shop-1,\nC-1042,30,shop-2,XXQ\n", (*COLUMNS, "currency_id")
        )
        self.assertLeftOut(messages, "Row 1 .* has open credits in .*EUR.*Give the currency", "Row 2 .* 'XXQ'")
        self.assertFalse(refunds)

    def test_found_wrong_when_it_is_made(self):
        """A journal that can't be used with the client's company: its row alone is left out."""
        self._credit_note(300)
        other = self.setup_other_company()["default_journal_bank"]
        columns = (*COLUMNS, "journal_id/.id")
        refunds, messages, _result = self._import(
            f"Client,Amount,Reference,Journal\nC-1042,30,shop-1,{other.id}\nC-1042,40,shop-2,{self.bank.id}\n", columns
        )
        self.assertLeftOut(messages, "Row 1 ")
        self.assertEqual(refunds.amount, 40)

    def test_not_a_number(self):
        self._credit_note(300)
        refunds, messages, _result = self._load([["C-1042", "nan", "shop-1"], ["C-1042", "inf", "shop-2"]])
        self.assertLeftOut(messages, "Row 1 .* positive number", "Row 2 .* positive number")
        self.assertFalse(refunds)

    def _load(self, data, columns=COLUMNS, **context):
        """What a program does that calls the import's own method."""
        result = self.refunds.with_context(**context).load(list(columns), data)
        return self.refunds.browse(result["ids"] or []), [message["message"] for message in result["messages"]], result

    # ------------------------------------------------------------------
    # What the import is not
    # ------------------------------------------------------------------

    def test_tested_only(self):
        credit_note = self._credit_note(300)
        _refunds, messages, result = self._import("Client,Amount,Reference\nC-1042,30,shop-1\n", dryrun=True)
        self.env.invalidate_all()
        self.assertFalse(messages)
        self.assertTrue(result["ids"])
        self.assertFalse(self.env["client.refund"].search([("external_reference", "=", "shop-1")]))
        self.assertEqual(credit_note.amount_refundable, 300)

    def test_number_is_drawn_at_commit(self):
        """What is only tested is rolled back before, and uses no number up."""
        self._credit_note(300)
        text = "Client,Amount,Reference,Date\nC-1042,30,shop-1,2024-04-01\n"
        columns = (*COLUMNS, "date")
        first, _messages, _result = self._import(text.replace("shop-1", "shop-0"), columns)
        self.env.cr.flush()
        self._import(text, columns, dryrun=True)
        self.env.cr.flush()
        self.assertEqual(self._import(text, columns)[0].name, False)
        self.env.cr.flush()
        second = self.refunds.search([("external_reference", "=", "shop-1")])
        self.assertEqual(
            int(second.name.removeprefix("CR/2024/")), int(first.name.removeprefix("CR/2024/")) + 1, second.name
        )

    def test_other_columns(self):
        for columns in ((*COLUMNS, "state"), (*COLUMNS, "id"), (*COLUMNS, "line_ids/amount"), (*COLUMNS, "user_id")):
            with self.assertRaisesRegex(UserError, f"can't be imported with {columns[-1]}"):
                self._load([["C-1042", "30", "shop-1", "1"]], columns)

    def test_amount_is_for_the_import_alone(self):
        credit_note = self._credit_note(300)
        with self.assertRaisesRegex(UserError, "Amount of a refund can't be set directly"):
            self._draft({credit_note: 100}, amount_to_refund=100)

    def test_only_who_may_make_refunds(self):
        self._credit_note(300)
        reader = self._create_user("refund_reader", "Rita Reader", "account.group_account_readonly")
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            self.env["client.refund"].with_user(reader).load(list(COLUMNS), [["C-1042", "30", "shop-1"]])

    def test_context_changes_nothing(self):
        self._credit_note(300)
        refunds, messages, _result = self._load(
            [["C-1042", "30", "shop-1"], ["New Client", "30", "shop-2"]],
            name_create_enabled_fields={"partner_id": True},
            default_state="paid",
            default_approver_id=self.env.uid,
        )
        self.assertLeftOut(messages, "Row 2 .* there is no client")
        self.assertRecordValues(refunds, [{"state": "draft", "approver_id": False}])

    def test_batches_of_the_screen(self):
        self._credit_note(300)
        rows = "".join(f"C-1042,1,shop-{number}\n" for number in range(5))
        refunds, messages, result = self._import(f"Client,Amount,Reference\n{rows}", limit=3)
        self.assertEqual((len(refunds), messages, result["nextrow"]), (3, [], 3))
        refunds, messages, result = self._import(f"Client,Amount,Reference\n{rows}", limit=3, skip=3)
        self.assertEqual((len(refunds), messages, result["nextrow"]), (2, [], 0))

    def test_rows_of_a_later_step_are_counted_from_the_first(self):
        _refunds, messages, _result = self._import("Client,Amount,Reference\nNo,1,a\nNo,1,b\nNo,1,c\n", limit=2, skip=2)
        self.assertLeftOut(messages, "Row 3 .*No, 1, c")

    def test_template(self):
        [template] = self.refunds.get_import_templates()
        self.assertEqual(template["template"], "/client_refund_import/static/csv/client_refund.csv")
        with file_open(template["template"].removeprefix("/")) as file:
            headings = file.readline().strip().split(",")
        labels = {
            field["string"]: field["name"] for field in self.env["base_import.import"].get_fields_tree("client.refund")
        }
        self.assertEqual(
            [labels[heading] for heading in headings],
            ["partner_id", "amount_to_refund", "external_reference", "currency_id", "memo"],
        )

    def test_queries_do_not_grow_with_rows(self):
        """What a row costs is what its refund costs: the clients and credits are read for all rows at once."""
        clients = self.env["res.partner"].create(
            [{"name": f"Import {number}", "property_account_receivable_id": self.receivable.id} for number in range(60)]
        )
        moves = self.env["account.move"].create([self._prepare_entry_vals(10, partner=client) for client in clients])
        moves.action_post()

        def count(numbers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            refunds, messages, _result = self._load(
                [[f"Import {number}", "10", f"import-{number}"] for number in numbers]
            )
            self.env.flush_all()
            self.assertEqual((len(refunds), messages), (len(numbers), []))
            return self.env.cr.sql_log_count - before

        count(range(10))
        few, many = count(range(10, 20)), count(range(20, 60))
        self.assertLess((many - few) / 30, 1)
