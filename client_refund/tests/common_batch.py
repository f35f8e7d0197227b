from .common import ClientRefundCommon


class BatchCommon(ClientRefundCommon):
    """Many clients, and how many queries something takes."""

    def _create_credits(self, number):
        """What as many new clients are owed: each has an overpayment and an entry.

        :return: account.move.line
        """
        clients = self.env["res.partner"].create(
            [
                {"name": f"Client {index}", "property_account_receivable_id": self.receivable.id}
                for index in range(number)
            ]
        )
        payments = self.env["account.payment"].create(
            [self._prepare_payment_vals(10, partner=client) for client in clients]
        )
        payments.action_post()
        moves = self.env["account.move"].create([self._prepare_entry_vals(10, partner=client) for client in clients])
        moves.action_post()
        credits = self._receivable_items(payments.move_id | moves)
        self.env.flush_all()
        self.env.invalidate_all()
        return credits

    def _count(self, act):
        """How many queries something takes until all is written."""
        before = self.env.cr.sql_log_count
        act()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
