from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PaymentOrderCommon


@tagged("post_install", "-at_install")
class TestPaymentOrderBranches(PaymentOrderCommon):
    """Payment orders know no credits of branches."""

    def test_credit_of_a_branch_is_refused(self):
        branch = self.env["res.company"].create({"name": "North", "parent_id": self.company.id})
        self.env.user.company_ids |= branch
        self.clerk.company_ids |= branch
        companies = (self.company | branch).ids
        self.env = self.env(context={**self.env.context, "allowed_company_ids": companies})
        journal = self.company_data["default_journal_misc"]
        move = (
            self.env["account.move"]
            .with_company(branch)
            .create({**self._prepare_entry_vals(40), "company_id": branch.id, "journal_id": journal.id})
        )
        move.action_post()
        refunds = self.refunds.with_context(allowed_company_ids=companies)
        refund = refunds.create([self._refund_values({self._receivable_items(move): None})])
        with self.assertRaisesRegex(UserError, "pays credits of one company only, but some belong to .*North"):
            refund.action_post()
