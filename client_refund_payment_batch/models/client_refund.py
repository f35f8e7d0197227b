from itertools import chain

from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.client_refund.tools.problems import raise_problems

# What the bank's file takes.
END_TO_END_LENGTH = 35


class ClientRefund(models.Model):
    """How a refund is paid by a payment order: it waits in the order, and is booked when the bank has the file."""

    _inherit = "client.refund"

    payment_order_ids = fields.Many2many(
        "account.payment.order",
        compute="_compute_payment_orders",
        compute_sudo=True,  # a number for whoever may read the refund
        string="Payment Orders",
        help="The payment order that pays this refund.",
    )
    payment_order_count = fields.Integer(compute="_compute_payment_orders", compute_sudo=True)

    @api.depends("line_ids.payment_order_line_ids.order_id")
    def _compute_payment_orders(self):
        for refund in self:
            refund.payment_order_ids = refund.line_ids.payment_order_line_ids.order_id
            refund.payment_order_count = len(refund.payment_order_ids)

    def action_open_payment_orders(self):
        """Open the payment orders that pay these refunds."""
        return self.payment_order_ids._get_records_action(name=self.env._("Payment Orders"))

    def _is_sent(self):
        # what an order paid may be in its file; who takes a refund back need not have the right on payment orders
        return super()._is_sent() or bool(self.sudo().payment_ids.payment_order_id)

    # -------------------------------------------------------------------------
    # Issue: into an order
    # -------------------------------------------------------------------------

    def _get_journal_problems(self, bank_accounts):
        yield from super()._get_journal_problems(bank_accounts)
        method_line = self.payment_method_line_id
        if not self._is_paid_by_order():
            return
        if not method_line.payment_order_ok:
            problem = self.env._(
                "payment method %(method)s pays through payment orders only, but is not selectable on them. Make it "
                "selectable in its settings, or choose another method.",
                method=method_line.name,
            )
            yield self, problem
        if not method_line.group_lines:
            problem = self.env._(
                "payment method %(method)s pays each credit separately, but a refund is one payment. Activate Group "
                "Transactions in Payment Orders in its settings, or choose another method.",
                method=method_line.name,
            )
            yield self, problem
        if others := self.line_ids._filter_paid_out().move_line_id.company_id - self.company_id:
            problem = self.env._(
                "a payment order pays credits of one company only, but some belong to %(companies)s. Leave them out, "
                "or choose a payment method that pays directly.",
                companies=", ".join(others.mapped("display_name")),
            )
            yield self, problem

    def _get_payee_problems(self, own_numbers):
        yield from super()._get_payee_problems(own_numbers)
        payee = self.partner_bank_id.partner_id or self.partner_id
        if self._is_paying_from_journal() and self._is_paid_by_sepa() and payee.country_id and not payee.city:
            problem = self.env._(
                "%(payee)s has a country but no city, and banks do not accept such an address. Add the city, or "
                "remove the country.",
                payee=payee.display_name,
            )
            yield self, problem

    def _is_paid_by_sepa(self):
        """Whether the bank gets a file of ISO 20022, which holds the payee's address."""
        method = self.payment_method_line_id.payment_method_id
        # the field comes with a module that payment orders do without
        return self._is_paid_by_order() and "pain_version" in method._fields and bool(method.pain_version)

    def _pay(self):
        ordered = self.filtered(lambda refund: refund._is_paying_from_journal() and refund._is_paid_by_order())
        ordered._add_to_orders()
        return super(ClientRefund, self - ordered)._pay()

    def _add_to_orders(self):
        """Put these refunds into the draft orders of their payment methods: they pay them later."""
        for refunds in self.grouped(
            lambda refund: (refund.company_id, refund.journal_id, refund.payment_method_line_id, refund.currency_id)
        ).values():
            order = refunds._find_draft_order() or refunds._create_order()
            # who may issue a refund need not have the right on payment orders: who has it confirms the order
            self.env["account.payment.line"].sudo().create(
                [line._prepare_payment_order_line_vals(order) for line in refunds.line_ids._filter_paid_out()]
            )

    def _find_draft_order(self):
        """The draft order that these refunds of one method and currency join, as invoices do.

        Another currency would make the whole order one that is not SEPA any more.

        :return: account.payment.order, empty if there is none
        """
        orders = (
            self.env["account.payment.order"]
            .sudo()  # who may issue a refund need not have the right on payment orders
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("journal_id", "=", self.journal_id.id),
                    ("payment_method_line_id", "=", self.payment_method_line_id.id),
                    ("state", "=", "draft"),
                ],
                order="id",
            )
        )
        return orders.filtered(lambda order: order.payment_line_ids.currency_id <= self.currency_id)[:1]

    def _create_order(self):
        # who may issue a refund need not have the right on payment orders
        return self.env["account.payment.order"].sudo().create(self._prepare_payment_order_vals())

    def _prepare_payment_order_vals(self):
        """The values of a new order for these refunds, which have these in common."""
        return {
            "company_id": self.company_id.id,
            "journal_id": self.journal_id.id,
            "payment_method_line_id": self.payment_method_line_id.id,
            "payment_type": "outbound",
        }

    def _get_end_to_end_id(self):
        """What the bank gives back on its statement: the number of the refund, by which the line finds it.

        It is unique: a refund that is paid from several accounts, or has a longer number, has none.

        :return: str or None
        """
        accounts = self.line_ids._filter_paid_out().move_line_id.account_id
        return self.name if len(accounts) == 1 and len(self.name) <= END_TO_END_LENGTH else None

    def _get_paid_message(self):
        # who may issue a refund need not have the right on payment orders
        orders = self.sudo().payment_order_ids
        if not orders or self.line_ids._filter_booked():
            return super()._get_paid_message()
        return self.env._(
            "%(amount)s to %(payee)s waits in payment order %(orders)s.",
            amount=self._format_amount(),
            payee=self.partner_bank_id.display_name or self.partner_id.display_name,
            orders=Markup(", ").join(order._get_html_link() for order in orders),
        )

    # -------------------------------------------------------------------------
    # The order is confirmed, its file made and uploaded
    # -------------------------------------------------------------------------

    def _check_payable_by_order(self):
        """Look whether these waiting refunds can still be paid as they are: the file goes to the bank next.

        :raise UserError: with all that is wrong with all of them
        """
        self._lock_items()
        blocks = self.partner_id._get_client_refund_blocks()
        own_numbers = self._search_own_account_numbers()
        raise_problems(
            chain(
                ((refund, blocks[refund.partner_id]) for refund in self if refund.partner_id in blocks),
                *(refund._get_payee_problems(own_numbers) for refund in self),
                *(refund._get_order_line_problems() for refund in self),
                self.line_ids._filter_paid_out()._get_problems(),
            )
        )

    def _get_order_line_problems(self):
        """Where the lines of the order are not what the refund pays out."""
        self.ensure_one()
        if all(line._is_ordered_exactly() for line in self.line_ids):
            return
        yield self, self.env._("its lines in the payment order were changed. Undo the refund and create a new one.")

    def _check_ordered_exactly(self):
        """Refuse to go on unless the order pays each of these refunds once, in full, to its payee.

        :raise UserError: everything is rolled back
        """
        raise_problems(
            (
                refund,
                self.env._(
                    "order %(order)s does not pay exactly its credits in one payment. Nothing was done. Make sure "
                    "that its lines have the same priority and purpose, and that payment method %(method)s groups "
                    "transactions. Then try again.",
                    order=", ".join(refund.payment_order_ids.mapped("name")),
                    method=refund.payment_method_line_id.name,
                ),
            )
            for refund in self
            if not refund._is_ordered_exactly()
        )

    def _is_ordered_exactly(self):
        self.ensure_one()
        payments = self.payment_ids
        lines_by_account = self.line_ids._filter_paid_out().grouped(lambda line: line.move_line_id.account_id)
        expected = {
            account: self.currency_id.round(sum(line._get_amount_paid_out() for line in lines))
            for account, lines in lines_by_account.items()
        }
        return (
            len(payments) == len(expected)
            and {payment.destination_account_id: payment.amount for payment in payments} == expected
            and payments.currency_id == self.currency_id
            and payments.partner_bank_id == self.partner_bank_id
            and set(payments.mapped("state")) == {"draft"}
            and payments.payment_order_id == self.payment_order_ids
            and all(payment.payment_lot_id in self.payment_order_ids.payment_lot_ids for payment in payments)
        )

    def _filter_booked(self):
        """The refunds whose payments are in the ledger, those that came back too."""
        return self.filtered(lambda refund: refund.line_ids._filter_booked())

    def _book_order(self):
        """Book that the bank has the file: the payments of these refunds settle their credits."""
        self._lock_items()
        self._check_ordered_exactly()
        self._book_payments()
        self._compute_state()
        self._message_log_batch({refund.id: refund._get_paid_message() for refund in self})

    # -------------------------------------------------------------------------
    # Undo: out of the order
    # -------------------------------------------------------------------------

    def _get_document_undo_problems(self, date):
        # who may undo a refund need not have the right on payment orders
        generated = self.sudo().payment_order_ids.filtered(lambda order: order.state == "generated")
        yield from super()._get_document_undo_problems(date)
        for order in generated:
            problem = self.env._(
                "payment order %(order)s pays it, and its file may be at the bank. If it is not, choose Cancel "
                "Payments on the order, then undo the refund. If it is, choose File Successfully Uploaded first.",
                order=order.name,
            )
            yield self, problem

    def _undo(self, reason, date):
        result = super()._undo(reason, date)
        self._leave_orders(reason)
        return result

    def _leave_orders(self, reason):
        """Take these refunds out of their orders, with a note there."""
        for refund in self:
            # who may undo a refund need not have the right on payment orders
            orders = refund.sudo().payment_order_ids
            orders._message_log_batch(
                {
                    order.id: self.env._(
                        "%(refund)s of %(amount)s was undone and removed from the order: %(reason)s",
                        refund=refund.name,
                        amount=refund._format_amount(),
                        reason=reason,
                    )
                    for order in orders
                }
            )
        lines = self.sudo().line_ids.payment_order_line_ids
        orders = lines.order_id
        self.sudo().payment_ids.write({"payment_order_id": False, "payment_lot_id": False})
        lines.unlink()
        orders._drop_empty()
