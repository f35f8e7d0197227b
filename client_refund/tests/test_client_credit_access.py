from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_client_credit import ClientCreditCommon
from .test_client_credit import BLOCK


@tagged("post_install", "-at_install")
class TestClientCreditAccess(ClientCreditCommon):
    """Who sees which rows of the worklist."""

    def test_other_companies_are_not_seen(self):
        other = self.setup_other_company()
        other["company"].currency_id = self.setup_other_currency("EUR")
        self.env["res.currency.rate"].create(
            {"currency_id": self.currency.id, "company_id": other["company"].id, "name": "2024-01-01", "rate": 2}
        )
        user = self._create_user("both", "Bea Both", "account.group_account_manager")
        user.company_ids |= other["company"]
        move = (
            self.env["account.move"]
            .with_company(other["company"])
            .create(
                {
                    "move_type": "entry",
                    "date": "2024-01-01",
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": other["default_account_receivable"].id,
                                "partner_id": self.client.id,
                                "balance": -9,
                            }
                        ),
                        Command.create({"account_id": other["default_account_revenue"].id, "balance": 9}),
                    ],
                }
            )
        )
        move.action_post()
        self._credit_note(10)
        both = (self.company | other["company"]).ids

        self.assertEqual(self._rows().company_id, self.company)
        self.assertEqual(self._rows(user=user, allowed_company_ids=both).mapped("amount_open"), [9, 10])
        theirs = self._rows(user=user, allowed_company_ids=other["company"].ids)
        self.assertEqual(theirs.company_id, other["company"])
        stolen = theirs.with_user(self.clerk).with_context(allowed_company_ids=self.company.ids)
        self.assertFalse(stolen._get_credits())
        with self.assertRaises(AccessError):
            stolen.read(["amount_open"])
        self.assertEqual(self.client.with_user(self.clerk).client_credit_open, 10)
        client = self.client.with_user(user).with_context(allowed_company_ids=both)
        self.assertEqual(client.client_credit_open, 10 + 18)
        client = self.client.with_user(self.clerk).with_context(allowed_company_ids=both)
        with self.assertRaises(AccessError):
            client.mapped("client_credit_open")

    def test_refunds_in_other_companies_are_not_counted(self):
        self._draft({self._credit_note(10): None})
        other = self.setup_other_company()["company"]
        user = self._create_user("both", "Bea Both", "account.group_account_manager")
        user.company_ids |= other
        for companies, count in ((self.company, 1), (other, 0), (other | self.company, 1)):
            client = self.client.with_user(user).with_context(allowed_company_ids=companies.ids)
            self.assertEqual(client.client_refund_count, count)

    def test_branches(self):
        """A branch has a row of its own, and what the company above it never refunds is not refunded there either."""
        branch = self.env["res.company"].create({"name": "North", "parent_id": self.company.id})
        self.env.user.company_ids |= branch
        self.clerk.company_ids |= branch
        companies = (self.company | branch).ids
        self._credit_note(10)
        move = (
            self.env["account.move"]
            .with_company(branch)
            .create(
                {
                    "move_type": "entry",
                    "date": "2024-01-01",
                    "company_id": branch.id,
                    "journal_id": self.company_data["default_journal_misc"].id,
                    "line_ids": [
                        Command.create(
                            {"account_id": self.receivable.id, "partner_id": self.client.id, "balance": -40}
                        ),
                        Command.create({"account_id": self.revenue.id, "balance": 40}),
                    ],
                }
            )
        )
        move.action_post()
        values = [{"company_id": branch.id, "amount_open": 40}, {"company_id": self.company.id, "amount_open": 10}]
        self.assertRecordValues(self._rows(allowed_company_ids=companies), values)
        self.assertRecordValues(self._rows(allowed_company_ids=self.company.ids), values[1:])

        self.company.client_refund_excluded_account_ids = self.receivable
        self.assertEqual(self._rows(allowed_company_ids=companies).mapped("never_refunded"), [True, True])
        self.company.client_refund_excluded_account_ids = False
        branch.client_refund_excluded_account_ids = self.receivable
        self.assertEqual(self._rows(allowed_company_ids=companies).mapped("never_refunded"), [True, False])

    def test_who_may_see_it(self):
        self._credit_note(10)
        auditor = self._create_user("auditor", "Audra", "account.group_account_readonly")
        self.assertEqual(self._rows(user=auditor).amount_uncleared, 0)
        with self.assertRaises(AccessError):
            self._rows(user=auditor).action_refund_client()
        employee = self._create_user("employee", "Emil", "base.group_user")
        with self.assertRaises(AccessError):
            self._rows(user=employee)
        self.assertNotIn("client_credit_open", self.client.with_user(employee).fields_get())
        for method, arguments in (("write", [{"amount_open": 1}]), ("unlink", []), ("create", [{}])):
            with self.assertRaises(AccessError):
                getattr(self._rows(), method)(*arguments)

    def test_what_is_not_written_yet_counts(self):
        credit_note = self._credit_note(100)
        draft = self._draft({credit_note: 30})
        rows = self.env["client.credit"]
        domain = [("partner_id", "=", self.client.id)]
        self.env.flush_all()

        draft.line_ids.amount = 20
        self.assertTrue(rows.search([*domain, ("amount_reserved", "=", 20)]))
        draft.action_undo("Not needed")
        self.assertTrue(rows.search([*domain, ("amount_reserved", "=", 0)]))
        self.client.user_id = self.clerk
        self.assertTrue(rows.search([*domain, ("user_id", "=", self.clerk.id)]))
        self.client.write(BLOCK)
        self.assertTrue(rows.search([*domain, ("client_blocked", "=", True)]))
        self.company.client_refund_excluded_account_ids = self.receivable
        self.assertTrue(rows.search([*domain, ("never_refunded", "=", True)]))
        credit_note.move_id.payment_state = "blocked"
        self.assertFalse(rows.search(domain))
