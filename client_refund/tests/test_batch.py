from collections import Counter
from unittest.mock import patch

from odoo.api import Environment
from odoo.models import BaseModel
from odoo.tests import tagged

from odoo.addons.account.models.account_payment import AccountPayment

from .common_batch import BatchCommon


@tagged("post_install", "-at_install")
class TestBatch(BatchCommon):
    """Batch is the only path: what a refund costs must not grow with their number. Core's Pay wizard takes 125."""

    def _prepare_batch(self, number):
        """The values of the refunds of as many clients, of two credits each.

        :return: list of dict
        """
        credits = self._create_credits(number)
        vals_list = [
            self._refund_values(dict.fromkeys(items, 10), partner_id=client.id)
            for client, items in credits.grouped("partner_id").items()
        ]
        self.env.invalidate_all()
        return vals_list

    def _count_of_refunds(self, number):
        """The queries of as many refunds, each of two credits."""
        vals_list = self._prepare_batch(number)

        queries = self._count(lambda: self.refunds.create(vals_list).action_post())

        clients = [vals["partner_id"] for vals in vals_list]
        refunds = self.env["client.refund"].search([("partner_id", "in", clients)])
        self.assertEqual(set(refunds.mapped("amount")), {20.0})
        self.assertEqual(len(refunds.payment_ids), number)
        self.assertFalse(any(refunds.line_ids.move_line_id.mapped("amount_residual")))
        return queries

    def test_queries_of_many_refunds_of_two_credits(self):
        """What each one more costs, apart from what all of them cost together."""
        self._count_of_refunds(1)  # what is cached once
        few, many = self._count_of_refunds(5), self._count_of_refunds(20)

        self.assertLess((many - few) / 15, 1.5)

    def test_the_ledger_is_asked_once_a_day_for_the_last_number(self):
        credits = self._create_credits(6)
        refunds = self.refunds.create(
            [
                self._refund_values(dict.fromkeys(items, 10), partner_id=client.id, date=f"{2024 + index % 2}-04-01")
                for index, (client, items) in enumerate(credits.grouped("partner_id").items())
            ]
        )
        moves = self.registry["account.move"]
        with patch.object(moves, "_get_last_sequence", autospec=True, side_effect=moves._get_last_sequence) as asked:
            refunds.action_post()

        # of a new period core looks at another one, too
        self.assertLessEqual(asked.call_count, 4)
        for of_year in refunds.payment_ids.move_id.grouped("date").values():
            numbers = sorted(of_year.mapped("sequence_number"))
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)))
            self.assertEqual(len(set(of_year.mapped("sequence_prefix"))), 1)

    def test_nothing_is_written_to_one_refund_after_the_other(self):
        """What differs from one to the other is set for all at once: what follows from it is looked for once."""
        vals_list = self._prepare_batch(6)
        with patch.object(BaseModel, "write", autospec=True, side_effect=BaseModel.write) as written:
            refunds = self.refunds.create(vals_list)
            refunds.action_post()
            self.env.flush_all()

        alone = Counter(call.args[0]._name for call in written.call_args_list if len(call.args[0]) == 1)
        self.assertFalse(alone.keys() & {"client.refund", "client.refund.line"})
        self.assertEqual(len(set(refunds.mapped("name"))), 6)
        self.assertEqual(refunds.payment_ids.mapped("state"), ["in_process"] * 6)

    def test_core_rounds_amounts_in_environments_that_are_kept(self):
        """It makes what nobody keeps anew for each amount, which takes longer than to round it."""
        vals_list = self._prepare_batch(6)
        made = []

        def make(cls, cr, uid, context, su=False):
            known = set(cr.transaction.envs)
            environment = new(cls, cr, uid, context, su)
            if environment not in known and context.keys() - {"client_refund_workflow"} == {"prefetch_fields"}:
                made.append(environment.context)
            return environment

        new = Environment.__new__
        with patch.object(Environment, "__new__", make):
            self.refunds.create(vals_list).action_post()
            self.env.flush_all()

        self.assertLess(len(made), 6)

    def test_core_does_not_judge_whether_a_refund_is_paid(self):
        """It would look for the invoices and bank lines of each payment, and the refund says something else then."""
        vals_list = self._prepare_batch(6)
        judge = AccountPayment._compute_state
        with patch.object(AccountPayment, "_compute_state", autospec=True, side_effect=judge) as judged:
            refunds = self.refunds.create(vals_list)
            refunds.action_post()
            self.env.flush_all()

        self.assertTrue(judged.called, "of the receipts core does")
        self.assertFalse(
            {payment for call in judged.call_args_list for payment in call.args[0]} & {*refunds.payment_ids}
        )
