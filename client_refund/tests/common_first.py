from unittest import SkipTest

from odoo.tests import Form, HttpCase


class FirstRefundCommon(HttpCase):
    """A fresh firm: Community, the generic chart, one user, no setting touched, no statement.

    Runs where there is no demo data (`make test` makes such a database): core's demo data make accounts, statements and
    users that a new firm does not have.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.module.module"].search_count([("demo", "=", True)], limit=1):
            raise SkipTest("this database has demo data, it is no fresh firm")
        cls.env = cls.env(user=cls.env.ref("base.user_admin"), su=False)
        cls.client = cls.env["res.partner"].create({"name": "Alder & Finch LLP", "ref": "C-1042"})
        cls.receivable = cls.client.property_account_receivable_id
        cls.invoice = cls._document("out_invoice", 1000)
        cls.credit_note = cls._receivable_item(cls._document("out_refund", 300))

    @classmethod
    def _document(cls, move_type, amount):
        form = Form(cls.env["account.move"].with_context(default_move_type=move_type))
        form.partner_id = cls.client
        with form.invoice_line_ids.new() as line:
            line.name = "Advice"
            line.price_unit = amount
            line.tax_ids.clear()
        document = form.save()
        document.action_post()
        return document

    @classmethod
    def _receivable_item(cls, move):
        return move.line_ids.filtered(lambda item: item.account_id == cls.receivable)

    def _pay(self, amount):
        """Core's *Pay* on the invoice, with more than it is over.

        :return: account.move.line, what the client is owed by it
        """
        context = self.invoice.action_register_payment()["context"]
        form = Form(self.env["account.payment.register"].with_context(**context))
        form.amount = amount
        payment = form.save()._create_payments()
        self.assertEqual(self.invoice.amount_residual, 0)
        return self._receivable_item(payment.move_id)

    def _ledger(self):
        items = self.env["account.move.line"].search([("partner_id", "=", self.client.id)], order="id")
        return [
            (item.id, item.amount_residual, item.reconciled, item.move_id.payment_state, item.full_reconcile_id.id)
            for item in items
            if item.account_id == self.receivable and not item.payment_id.client_refund_id
        ]

    def _assert_refunded_and_undone(self, refund, receipt, ledger):
        """Issued, without waiting for anybody, by one entry that settles both credits; paid; then all as before."""
        self.assertRecordValues(refund, [{"amount": 500, "partner_id": self.client.id}])
        self.assertFalse(refund.approval_reason)
        self.assertEqual(refund.state, "in_process")
        [payment] = refund.payment_ids
        self.assertEqual(
            [(item.account_id == self.receivable, item.balance) for item in payment.move_id.line_ids.sorted("id")],
            [(False, -500), *((True, line.amount) for line in refund.line_ids)],
        )
        self.assertEqual((receipt | self.credit_note).mapped("amount_residual"), [0, 0])
        self.assertEqual(refund.line_ids.payment_line_id.matched_credit_ids.credit_move_id, receipt | self.credit_note)
        refund.action_mark_paid()
        self.assertEqual(refund.state, "paid")
        refund.action_undo("Wrong client")
        self.assertEqual(self._ledger(), ledger)
        self.assertEqual((receipt.amount_residual, self.credit_note.amount_residual), (-200, -300))
