from collections import Counter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.exact import check_exact, get_expected_residuals
from ..tools.problems import raise_problems
from ..tools.workflow import with_workflow
from ..tools.writes import writing_each


class ClientRefundPosting(models.Model):
    """How a refund reserves its credits, is issued and paid. One refund or many: the path is the same."""

    _inherit = "client.refund"  # pylint: disable=consider-merging-classes-inherited

    marked_paid_by_id = fields.Many2one(
        "res.users",
        string="Marked as Paid By",
        readonly=True,
        copy=False,
        help="The user who marked the refund as paid. Empty if the bank confirmed it.",
    )
    marked_paid_on = fields.Datetime(string="Marked as Paid On", readonly=True, copy=False)
    payee_name = fields.Char(
        compute="_compute_payee_name", string="Payee", help="The holder of the payee account, otherwise the client."
    )

    amount_to_transfer = fields.Monetary(
        compute="_compute_amount_to_transfer",
        string="Still to Transfer",
        help="The part of the refund that has not left its journal yet.",
    )

    @api.depends("payment_ids.state", "payment_ids.amount", "journal_id")
    def _compute_amount_to_transfer(self):
        for refund in self:
            refund.amount_to_transfer = sum(
                payment.amount
                for payment in refund._get_outgoing_payments()
                if payment.state == "in_process" and payment.journal_id == refund.journal_id
            )

    @api.depends("partner_bank_id.acc_holder_name", "partner_bank_id.partner_id.name", "partner_id.name")
    def _compute_payee_name(self):
        for refund in self:
            account = refund.partner_bank_id
            refund.payee_name = account.acc_holder_name or account.partner_id.name or refund.partner_id.name

    # -------------------------------------------------------------------------
    # Reserve
    # -------------------------------------------------------------------------

    def _reserve(self):
        """Make sure that those of these refunds that are not issued hold no more of any credit than is open.

        :raise UserError: with all that is wrong with all of them
        """
        refunds = self.filtered(lambda refund: refund._is_changeable())
        refunds._lock_items()
        raise_problems(refunds.line_ids._get_problems() + refunds.offset_ids._get_problems())

    # -------------------------------------------------------------------------
    # Issue
    # -------------------------------------------------------------------------

    def _issue(self):
        """Issue these refunds, as one batch."""
        expected = get_expected_residuals(self._get_settled_amounts())
        self._keep_balances()
        self._settle_offsets()
        check_exact(expected)
        self._pay()
        self.write({"state": "in_process", "issued_on": fields.Datetime.now()})
        self.env.add_to_compute(self._fields["state"], self)
        self._log_issued()

    def _pay(self):
        """Pay these refunds, whose invoices are settled.

        A rail that pays later takes its own refunds out, makes their payments when they are due and books them with
        `_book_payments`. Until then the refunds are in process and hold what they will pay out.
        """
        self._create_payments()
        self._book_payments()

    def _book_payments(self):
        """Post the payments of these refunds, and reconcile each credit with its own payment item.

        :raise UserError: unless each residual becomes exactly what the refunds say; everything is rolled back
        """
        expected = get_expected_residuals(self._get_paid_out_amounts())
        self.payment_ids._post_refund_payments()
        self._keep_booked(expected)
        self._reconcile()
        check_exact(expected)
        self._check_payments_exact()
        self.filtered(lambda refund: refund.send_notice and refund._is_payout_certain())._queue_notices()

    def _keep_booked(self, residuals):
        """Keep when these refunds were booked, by which payment items, and what that leaves of their credits.

        :param residuals: dict, account.move.line, credit: what its residual is about to be
        """
        self.booked_on = fields.Datetime.now()
        with writing_each(self.line_ids, "payment_line_id", "amount_left"):
            for payment in self.payment_ids:
                for line, item in zip(payment._get_refund_lines(), payment._get_refund_payment_items(), strict=True):
                    line.payment_line_id = item
            for line in self.line_ids:
                line.amount_left = -residuals[line.move_line_id]

    def _lock_items(self):
        """Lock the journal items that these refunds settle; what is open is to be read after this."""
        (self.line_ids.move_line_id | self.offset_ids.move_line_id)._lock_for_refund()

    def _touch_clients(self):
        """Make refunds of one client wait for each other: what was refunded lately is counted after this.

        Touched, the client makes any transaction fail and be replayed that counts with a view from before.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET write_uid = write_uid WHERE id IN "
                "(SELECT id FROM res_partner WHERE id IN %s ORDER BY id FOR NO KEY UPDATE)",
                tuple(self.partner_id.commercial_partner_id.ids) or (None,),
            )
        )

    def _create_payments(self):
        """Create the payments of these refunds: one for each refund and receivable account, and way to pay.

        :return: account.payment, in draft
        """
        return self.env["account.payment"].create(
            [
                refund._prepare_payment_vals(lines.move_line_id.account_id, lines)
                for refund in self
                for lines in refund.line_ids._filter_paid_out().grouped(lambda line: line._get_payment_key()).values()
            ]
        )

    def _prepare_payment_vals(self, account, lines):
        """The values of the payment of some of the refund's lines.

        :param account: account.account, the receivable account of the lines' credits
        :param lines: client.refund.line
        """
        self.ensure_one()
        return {
            "amount": self.currency_id.round(sum(line._get_amount_paid_out() for line in lines)),
            "client_refund_id": self.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "date": self.date,
            "destination_account_id": account.id,
            "journal_id": self.journal_id.id,
            "memo": " ".join(filter(None, (self.name, self.memo))),
            "partner_bank_id": self.partner_bank_id.id,
            "partner_id": self.partner_id.id,
            "partner_type": "customer",
            "payment_method_line_id": self.payment_method_line_id.id,
            "payment_type": "outbound",
        }

    def _reconcile(self):
        """Reconcile each credit with its own payment item, and own what came of it."""
        # core reads the taxes for one document after another
        self.line_ids.move_line_id.move_id.line_ids.fetch(["tax_ids"])
        self.env["account.move.line"]._reconcile_pairs(
            (line.move_line_id, line.payment_line_id) for line in self.line_ids._filter_paid_out()
        )
        for refund in self:
            refund.line_ids.payment_line_id.matched_credit_ids._set_refund_owner(refund)

    def _keep_balances(self):
        """Keep what each client's balance is before the refund and what it is after, for those who audit it."""
        balances = self._sum_client_balances()
        with writing_each(self, "balance_before", "balance_after"):
            for refund in self:
                key = (refund.company_id, refund.partner_id, refund.currency_id)
                refund.balance_before = balances[key]
                balances[key] += refund.amount
                refund.balance_after = balances[key]

    def _sum_client_balances(self):
        """What is open between the firm and these clients, either way.

        :return: dict, (company, client, currency): amount in that currency, positive where the client owes
        """
        items = self.env["account.move.line"]
        balances = Counter()
        for company, refunds in self.grouped("company_id").items():
            domain = items._get_open_item_domain() & Domain(
                [
                    ("partner_id.commercial_partner_id", "in", refunds.partner_id.ids),
                    ("company_id", "child_of", company.id),
                ]
            )
            for partner, currency, balance in items._read_group(
                domain, ["partner_id", "currency_id"], ["amount_residual_currency:sum"]
            ):
                balances[company, partner.commercial_partner_id, currency] += balance
        return balances

    def _log_issued(self):
        """One note per refund: what was settled, what was paid, from where, to whom."""
        self._message_log_batch(
            {
                refund.id: Markup("<br/>").join(
                    filter(None, [refund._get_settled_message(), refund._get_paid_message()])
                )
                for refund in self
            }
        )

    def _get_settled_message(self):
        if not self.offset_ids:
            return None
        return self.env._(
            "Settled %(amount)s of %(documents)s.",
            amount=self._format_amount(self.amount_offset),
            documents=", ".join(self.offset_ids.mapped("document")),
        )

    def _get_paid_message(self):
        return Markup("<br/>").join(
            self.env._(
                "Refunded %(amount)s to %(payee)s from %(journal)s: %(payments)s.",
                amount=self._format_amount(sum(payments.mapped("amount"))),
                payee=payee,
                journal=journal.display_name,
                payments=payments._get_refund_links(),
            )
            for (journal, payee), payments in self.payment_ids.grouped(
                lambda payment: (payment.journal_id, payment._get_refund_payee())
            ).items()
        )

    # -------------------------------------------------------------------------
    # Exactness: asserted before the transaction ends
    # -------------------------------------------------------------------------

    def _get_settled_amounts(self):
        """By how much it changes residuals that these refunds settle invoices.

        :return: Counter, account.move.line, credit or open invoice: amount in its currency, positive for credits
        """
        amounts = Counter()
        for line in self.offset_ids.refund_id.line_ids:
            amounts[line.move_line_id] += line.amount_offset
        for offset in self.offset_ids:
            amounts[offset.move_line_id] -= offset.amount
        return amounts

    def _get_paid_out_amounts(self):
        """By how much it changes residuals that these refunds pay out.

        :return: Counter, account.move.line, credit: positive amount in its currency
        """
        amounts = Counter()
        for line in self.line_ids:
            amounts[line.move_line_id] += line._get_amount_paid_out()
        return amounts

    def _check_payments_exact(self):
        """Refuse to go on unless each payment item is settled, and with its own credit alone.

        :raise UserError: everything is rolled back
        """
        raise_problems(
            [
                (
                    line,
                    self.env._(
                        "its payment was not reconciled with this credit only. Nothing was done. Look for an "
                        "automation that reconciles these entries, and try again."
                    ),
                )
                for line in self.line_ids
                if not line._is_settled_exactly()
            ]
            + [
                (
                    refund,
                    self.env._("its payments do not pay exactly its credits. Nothing was done. Please report this."),
                )
                for refund in self
                if not refund._is_paid_exactly()
            ]
        )

    def _is_paid_exactly(self):
        """Whether the payments of this refund pay its amount, by the items that settle its credits and no others."""
        self.ensure_one()
        items = self.env["account.move.line"].union(
            *(payment._get_refund_payment_items() for payment in self.payment_ids)
        )
        return items == self.line_ids.payment_line_id and not self.currency_id.compare_amounts(
            sum(self.payment_ids.mapped("amount")), self.amount
        )

    # -------------------------------------------------------------------------
    # Paid: the bank says that the money has left, or somebody does
    # -------------------------------------------------------------------------

    def _is_paid(self):
        """Whether the money has left; a refund that only settles invoices has nothing to wait for."""
        return not self._is_waiting_to_pay() and all(
            payment._has_refund_money_left() for payment in self._get_standing_payments()
        )

    def action_mark_paid(self):
        """Say that the money of these refunds has left, where no bank statement is matched that would say so.

        :return: True
        :raise UserError: with all that is wrong with all of them; then none is marked
        """
        refunds = with_workflow(self)
        raise_problems(problem for refund in refunds for problem in refund._get_mark_paid_problems())
        refunds.write({"marked_paid_by_id": self.env.uid, "marked_paid_on": fields.Datetime.now()})
        refunds._get_outgoing_payments().state = "paid"
        refunds._message_log_batch(
            {
                refund.id: self.env._("Marked as paid: %(amount)s has left.", amount=refund._format_amount())
                for refund in refunds
            }
        )
        return True

    def _get_mark_paid_problems(self):
        """Why it can't be said that the money of this refund has left."""
        self.ensure_one()
        if self.state != "in_process":
            problem = self.env._(
                "it is %(state)s. Only refunds that are in process can be marked as paid.",
                state=self._get_state_label(),
            )
            yield self, problem
            return
        if self._is_waiting_to_pay() or not self._is_payout_certain():
            yield self, self.env._("its payment is not sent yet. Mark it as paid when the money has left.")
            return
