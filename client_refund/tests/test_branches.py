from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestBranches(ClientRefundCommon):
    """Credits of branches and of the parent; siblings never mix."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Other root")["company"]
        cls.north, cls.south = cls.env["res.company"].create(
            [{"name": name, "parent_id": cls.company.id} for name in ("North", "South")]
        )
        cls.env.user.company_ids |= cls.north | cls.south
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": (cls.company | cls.north | cls.south).ids})
        cls.clerk.company_ids |= cls.north | cls.south
        companies = (cls.company | cls.north | cls.south).ids
        cls.refunds = cls.refunds.with_context(allowed_company_ids=companies)
        cls.wizards = cls.wizards.with_context(allowed_company_ids=companies)
        # some modules hide the ways to pay of the parent from who works in a branch alone
        cls.env["account.journal"].create(
            {"name": "Bank of the North", "type": "bank", "code": "NORTH", "company_id": cls.north.id}
        )
        cls.parents = cls._branch_entry(cls.company, 100)
        cls.norths = cls._branch_entry(cls.north, 40)
        cls.souths = cls._branch_entry(cls.south, 7)

    @classmethod
    def _branch_entry(cls, company, amount, partner=None, **values):
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "date": "2024-01-01",
                    "company_id": company.id,
                    "journal_id": cls.company_data["default_journal_misc"].id,
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": cls.receivable.id,
                                "partner_id": (partner or cls.client).id,
                                "balance": -amount,
                                **values,
                            }
                        ),
                        Command.create({"account_id": cls.revenue.id, "balance": amount}),
                    ],
                }
            )
        )
        move.action_post()
        return cls._receivable_items(move)

    def _create_local_clerk(self):
        return self._create_user(
            "local",
            "Laura Local",
            "account.group_account_invoice",
            company_id=self.north.id,
            company_ids=[Command.set(self.north.ids)],
        )

    def _as_local(self, model, user):
        return self.env[model].with_user(user).with_context(allowed_company_ids=self.north.ids)

    def test_the_parent_refunds_its_branches_too(self):
        before = self._ledger()
        self.assertEqual((self.parents | self.norths | self.souths).company_id, self.company | self.north | self.south)
        wizard = self.wizards.create({"partner_id": self.client.id, "company_id": self.company.id})
        self.assertEqual(wizard.line_ids.move_line_id, self.parents | self.norths | self.souths)
        self.assertEqual(wizard.balance_before, -147)
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertEqual(refund.payment_ids.company_id, self.company)
        self.assertPairs(refund, [(self.parents, 100), (self.norths, 40), (self.souths, 7)])
        self.assertEqual((self.parents | self.norths | self.souths).mapped("amount_residual"), [0, 0, 0])
        refund.action_undo("Wrong client")
        after = self._ledger()
        self.assertEqual({item: after[item] for item in before}, before)

    def test_a_branch_refunds_its_own(self):
        """From its own journals or those of the parent, as Odoo lets it."""
        wizard = self.wizards.with_company(self.north).create(
            {"partner_id": self.client.id, "company_id": self.north.id}
        )
        self.assertEqual(wizard.line_ids.move_line_id, self.norths)
        self.assertIn(self.bank, wizard.available_journal_ids)
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertEqual(refund.payment_ids.company_id, self.north)
        self.assertPairs(refund, [(self.norths, 40)])

    def _open_form(self, company):
        return Form(self.wizards.with_context(default_partner_id=self.client.id, default_company_id=company.id))

    def _choose(self, form, company):
        """The lines of the form by credit, once another company is chosen."""
        form.company_id = company
        return {line["move_line_id"]: line for line in form.line_ids._records}

    def test_another_company_keeps_what_was_typed(self):
        form = self._open_form(self.company)
        form.memo = "Thank you"
        form.date = "2024-06-01"
        items = [line["move_line_id"] for line in form.line_ids._records]
        with form.line_ids.edit(items.index(self.norths.id)) as line:
            line.amount = 30
        with form.line_ids.edit(items.index(self.parents.id)) as line:
            line.selected = False
        north = self._choose(form, self.north)
        self.assertEqual({item: line["amount"] for item, line in north.items()}, {self.norths.id: 30})
        self.assertEqual((form.amount, form.memo, str(form.date)), (30, "Thank you", "2024-06-01"))
        whole = self._choose(form, self.company)
        self.assertEqual(whole[self.norths.id]["amount"], 30)
        # what was not listed meanwhile comes as at first
        self.assertTrue(whole[self.parents.id]["selected"])
        self.assertEqual(form.amount, 137)

    def test_another_company_ticks_nothing_that_is_held_back(self):
        self._draft({self.norths: None}, company_id=self.north.id)
        form = self._open_form(self.company)
        self.assertEqual(form.amount, 107)
        north = self._choose(form, self.north)
        self.assertEqual(list(north), [self.norths.id])
        self.assertEqual((north[self.norths.id]["held_back"], north[self.norths.id]["selected"]), ("reserved", False))
        self.assertEqual((form.is_held_back, form.amount), (True, 0))
        self.assertIn("reserved", form.alerts)
        self.assertFalse(self._choose(form, self.company)[self.norths.id]["selected"])

    def test_another_company_keeps_no_reason_of_the_first_one(self):
        reasons = self.env["client.refund.reason"]
        own = reasons.create({"name": "North only", "company_id": self.north.id})
        shared = reasons.create({"name": "Everywhere", "company_id": False})
        form = self._open_form(self.north)
        form.reason_id = own
        form.company_id = self.south
        self.assertFalse(form.reason_id)
        form.reason_id = shared
        form.company_id = self.north
        self.assertEqual(form.reason_id, shared)

    def test_another_journal_keeps_what_was_typed(self):
        """The way to pay too, where it has it."""
        other = self.bank.copy({"code": "BNK9"})
        manual = other.outbound_payment_method_line_ids[:1]
        way = manual.payment_method_id.sudo().copy({"name": "By courier", "code": "courier"})
        ways = [
            line.copy({"name": "By courier", "payment_method_id": way.id})
            for line in (self.bank.outbound_payment_method_line_ids[:1], manual)
        ]
        form = self._open_form(self.company)
        form.memo = "Thank you"
        form.journal_id = self.bank
        form.payment_method_line_id = ways[0]
        form.journal_id = other
        self.assertEqual(form.payment_method_line_id, ways[1])
        self.assertEqual((form.memo, form.amount), ("Thank you", 147))

    def test_a_branch_refunds_neither_its_sibling_nor_its_parent(self):
        for credit in (self.souths, self.parents):
            with self.assertRaisesRegex(UserError, f"it belongs to company {credit.company_id.name}"):
                self._draft({credit: None}, company_id=self.north.id)

    def test_who_works_in_a_branch_sees_only_that(self):
        local = self._create_local_clerk()
        wizard = self._as_local("client.refund.wizard", local).create({"partner_id": self.client.id})
        self.assertEqual(wizard.line_ids.move_line_id, self.norths)
        self.env.invalidate_all()  # who may see what is not to be told from what another one has seen
        refund = self._refund({self.souths: 1}, company_id=self.company.id)
        with self.assertRaises(AccessError):
            self._as_local("client.refund", local).browse(refund.ids).read(["amount"])
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._as_local("client.refund", local).create(
                [self._refund_values({self.souths: 1}, company_id=self.north.id)]
            )

    def test_sibling_companies_never_mix(self):
        other = self.other
        self.clerk.company_ids |= other
        refunds = self.refunds.with_context(allowed_company_ids=(self.company | other).ids)
        with self.assertRaisesRegex(UserError, f"it belongs to company {self.company.name}"), self.env.cr.savepoint():
            refunds.create(
                [
                    {
                        "partner_id": self.client.id,
                        "company_id": other.id,
                        "currency_id": self.currency.id,
                        "line_ids": [Command.create({"move_line_id": self.parents.id, "amount": 1})],
                    }
                ]
            )

    def test_no_amount_is_split_over_branches(self):
        self.company.write({"client_refund_approval_policy": "above", "client_refund_approval_amount": 100})
        self.assertTrue(self._submit({self.parents: None}, company_id=self.company.id)._is_issued())
        local = self._create_local_clerk()
        refund_id = self._as_local("client.refund", local).create_refund({"partner_id": self.client.id})
        self.assertEqual(self.refunds.browse(refund_id).state, "to_approve")

    def test_the_policy_of_the_parent_holds(self):
        self.north.client_refund_approval_policy = "never"
        self.company.client_refund_approval_policy = "always"
        refund = self._submit({self.norths: None}, company_id=self.north.id)
        self.assertEqual(refund.state, "to_approve")

    def test_trust_accounts_and_journals_of_the_parent_hold_in_a_branch(self):
        self.company.client_refund_excluded_account_ids = self.receivable
        with self.assertRaisesRegex(UserError, "is never refunded"):
            self._draft({self.norths: None}, company_id=self.north.id)
        self.company.write(
            {
                "client_refund_excluded_account_ids": False,
                "client_refund_journal_ids": [Command.set(self.cash.ids)],
            }
        )
        draft = self._draft({self.norths: None}, company_id=self.north.id)
        with self.assertRaisesRegex(UserError, "refunds can't be paid from journal Bank"):
            draft.action_submit()

    def test_an_exchange_difference_of_a_branch_is_booked_there(self):
        """Though the user works in the parent too, and so is what an undo reverses."""
        foreign = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0), ("2024-03-15", 2.5)])
        # a branch that is made on the screen takes over what its parent has
        self.north.currency_exchange_journal_id = self.company.currency_exchange_journal_id
        self.north.income_currency_exchange_account_id = self.company.income_currency_exchange_account_id
        self.north.expense_currency_exchange_account_id = self.company.expense_currency_exchange_account_id
        credit = self._branch_entry(self.north, 150, currency_id=foreign.id, amount_currency=-300)
        before = self._ledger()
        refund = self._refund({credit: None}, company_id=self.north.id, currency_id=foreign.id)
        exchange = refund.line_ids.payment_line_id.matched_credit_ids.exchange_move_id
        self.assertEqual((exchange.company_id, exchange.state), (self.north, "posted"))
        refund.action_undo("Wrong client")
        self.assertEqual(exchange.reversal_move_ids.company_id, self.north)
        after = self._ledger()
        self.assertEqual({item: after[item] for item in before}, before)

    def test_an_invoice_of_a_branch_is_settled_by_the_parent(self):
        debt = self._branch_entry(self.south, -30)
        refund = self.refunds.browse(
            self.refunds.create_refund({"partner_id": self.client.id, "company_id": self.company.id, "offset": True})
        )
        self.assertRecordValues(refund, [{"amount_offset": 30, "amount": 117}])
        self.assertEqual(debt.amount_residual, 0)

    def test_a_branch_pays_to_the_account_of_its_parents_contact(self):
        contact = self._create_client("Cedar Ltd", company_id=self.company.id)
        account = self._bank_account("BE555", partner=contact)
        credit = self._branch_entry(self.north, 60, partner=contact)
        wizards = self.wizards.with_company(self.north)
        wizard = wizards.create({"partner_id": contact.id, "company_id": self.north.id})
        self.assertEqual(wizard.partner_bank_id, account)
        self.assertNotIn("no_payee_account", wizard.alerts or {})
        refund = self.refunds.browse(wizard.action_refund()["res_id"])
        self.assertEqual(refund.payment_ids.partner_bank_id, account)
        self.assertEqual(refund.payment_ids.move_id.partner_bank_id, account)
        self.assertPairs(refund, [(credit, 60)])

    def test_who_may_not_see_the_account_is_told_that_there_is_one(self):
        contact = self._create_client("Cedar Ltd", company_id=self.company.id)
        self._bank_account("BE555", partner=contact)
        self._branch_entry(self.north, 60, partner=contact)
        local = self._create_local_clerk()
        self.env.flush_all()
        self.env.invalidate_all()
        wizard = self._as_local("client.refund.wizard", local).create({"partner_id": contact.id})
        self.assertFalse(wizard.partner_bank_id)
        message = wizard.alerts["no_payee_account"]["message"]
        self.assertRegex(message, "No payee account is chosen.*of another company")
        self.assertNotIn("BE555", message)
