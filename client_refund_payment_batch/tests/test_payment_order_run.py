from odoo.tests import tagged

from odoo.addons.client_refund_run.tests.common_run import ClientRefundRunCommon

from .common import PaymentOrderCommon


@tagged("post_install", "-at_install")
class TestPaymentOrderRun(PaymentOrderCommon, ClientRefundRunCommon):
    """A run issues many refunds into one order; approval and the external API know the method too."""

    def _create_credits(self, number):
        """What as many new clients are owed on trusted accounts.

        :return: account.move.line
        """
        clients = self.env["res.partner"].create(
            [
                {
                    "name": f"Client {index}",
                    "property_account_receivable_id": self.receivable.id,
                }
                for index in range(number)
            ]
        )
        for index, client in enumerate(clients):
            self._bank_account(f"PAYEE-{index}", client)
        moves = self.env["account.move"].create([self._prepare_entry_vals(10, partner=client) for client in clients])
        moves.action_post()
        credits = self._receivable_items(moves)
        self.env.flush_all()
        self.env.invalidate_all()
        return credits

    def test_run_fills_one_order(self):
        credits = self._create_credits(3)
        run = self.runs._prepare_for_credits(credits)
        run.write({"journal_id": self.bank.id, "payment_method_line_id": self.method_line.id, "date": "2024-04-01"})
        run.action_prepare()
        self._work(run)
        self._issue(run)

        self.assertEqual((run.state, run.issued_count), ("done", 3))
        self.assertEqual(set(run.refund_ids.mapped("state")), {"in_process"})
        order = self._order(run.refund_ids)
        self.assertEqual(len(order), 1)
        self.assertEqual(order.payment_line_ids.mapped("amount_currency"), [10, 10, 10])

        self._upload(order)
        self.assertEqual(run.refund_ids.payment_ids.mapped("amount"), [10, 10, 10])
        self.assertFalse(any(credits.mapped("amount_residual")))

    def test_run_is_undone(self):
        run = self.runs._prepare_for_credits(self._create_credits(3))
        run.write({"journal_id": self.bank.id, "payment_method_line_id": self.method_line.id, "date": "2024-04-01"})
        run.action_prepare()
        self._work(run)
        self._issue(run)
        order = self._order(run.refund_ids)
        order.draft2open()

        run.action_undo("Wrong year")
        self._work(run)

        self.assertEqual(set(run.refund_ids.mapped("state")), {"canceled"})
        self.assertFalse(order.payment_line_ids | run.refund_ids.line_ids.sudo().payment_order_line_ids)
        self.assertEqual(order.state, "cancel")

    def test_queries_of_20_refunds(self):
        """What a refund costs does not grow with their number."""
        credits = self._create_credits(20)
        vals_list = [
            self._refund_values({credit: 10}, partner_id=credit.partner_id.id, partner_bank_id=account.id)
            for credit in credits
            for account in credit.partner_id.bank_ids
        ]

        def count(vals_list):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.refunds.create(vals_list).action_post()
            self.env.flush_all()
            return (self.env.cr.sql_log_count - before) / len(vals_list)

        count(vals_list[:1])  # what is cached once
        few, many = count(vals_list[1:5]), count(vals_list[5:])
        self.assertLess(many, few)
        self.assertLess(many, 12)

    def test_approved_refund_goes_into_the_order(self):
        self.company.client_refund_approval_policy = "always"
        credit = self._credit_note(300)
        refund = self._submit({credit: None})
        self.assertEqual((refund.state, refund.payment_order_count), ("to_approve", 0))
        refund.with_user(self.approver).action_approve()
        self.assertEqual((refund.state, refund.payment_order_count), ("in_process", 1))

    def test_create_refund(self):
        """A program that asks twice has one refund in the order."""
        credit = self._credit_note(300)
        values = {
            "partner_id": self.client.id,
            "journal_id": self.bank.id,
            "payment_method_line_id": self.method_line.id,
            "partner_bank_id": self.account.id,
            "external_reference": "ORDER-1",
        }
        refund_id = self._rpc(self.clerk, self.refunds, "create_refund", values)
        self.assertEqual(self._rpc(self.clerk, self.refunds, "create_refund", values), refund_id)
        order = self._order(self.refunds.browse(refund_id))
        self.assertEqual(self._order_line_values(order)[0][:2], (credit, 300))
        self.assertEqual(len(order.payment_line_ids), 1)
