from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount

from odoo.addons.client_refund.tools.lock import lock_or_refuse
from odoo.addons.client_refund.tools.workflow import in_workflow

# The money of a refund that is in one of these states goes back to nobody.
FAILED_STATES = ("cancel", "error")
# By what a provider finds a payment, and what it said of it.
PROTECTED_FIELDS = frozenset(
    {
        "amount",
        "client_refund_call",
        "client_refund_id",
        "currency_id",
        "operation",
        "partner_id",
        "payment_id",
        "payment_method_id",
        "provider_id",
        "provider_reference",
        "reference",
        "source_transaction_id",
        "state",
        "token_id",
    }
)


class PaymentTransaction(models.Model):
    """What can be refunded of an online payment, and what is left of that."""

    _inherit = "payment.transaction"

    client_refund_id = fields.Many2one(
        "client.refund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The refund that goes back to the client by this.",
    )
    client_refund_line_ids = fields.One2many("client.refund.line", "refund_transaction_id", string="Refund Lines")
    client_refund_source_line_ids = fields.One2many(
        "client.refund.line", "source_transaction_id", string="Refund Lines that Go Back"
    )
    amount_refund_left = fields.Monetary(
        string="Left to Refund",
        compute="_compute_amount_refund_left",
        help="What can still be refunded of this online payment: its amount, less what was refunded or is on its "
        "way, less what draft refunds reserve.",
    )

    @api.depends(
        "amount",
        "child_transaction_ids.amount",
        "child_transaction_ids.client_refund_call",
        "child_transaction_ids.operation",
        "child_transaction_ids.state",
        "client_refund_source_line_ids.amount",
        "client_refund_source_line_ids.amount_offset",
        "client_refund_source_line_ids.refund_id.write_date",
    )
    def _compute_amount_refund_left(self):
        # what others hold is held, seen or not by the user
        for transaction in self.sudo():
            refunds = transaction.child_transaction_ids.filtered(
                lambda child: child.operation == "refund" and child._get_client_refund_status() != "failed"
            )
            held = sum(line._get_amount_paid_out() for line in transaction._get_holding_lines())
            transaction.amount_refund_left = transaction.amount + sum(refunds.mapped("amount")) - held

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        if transactions.client_refund_id and not in_workflow(transactions.client_refund_id):
            raise AccessError(self.env._("Only a refund itself goes back by an online payment. Use Refund a Client."))
        transactions.filtered(
            lambda transaction: (
                transaction.state != "draft"
                or transaction.operation == "refund"
                or transaction.source_transaction_id
                or transaction.client_refund_call
            )
        )._check_told_by_provider()
        return transactions

    def write(self, vals):
        changed = PROTECTED_FIELDS & vals.keys()
        if changed == {"payment_id"}:  # core books what is not booked yet
            self.filtered("payment_id")._check_told_by_provider()
        elif changed:
            self._check_told_by_provider()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_refund(self):
        self.filtered("client_refund_id")._check_told_by_provider()

    def _get_holding_lines(self):
        """The lines of drafts and waiting refunds that hold something of this online payment.

        :return: client.refund.line
        """
        return self.client_refund_source_line_ids.filtered(lambda line: line.refund_id._is_changeable())

    def _filter_refundable_to(self, credit):
        """Those of these online payments that this credit can go back by.

        :param credit: account.move.line
        :return: payment.transaction
        """
        client = credit.partner_id.commercial_partner_id
        return self.filtered(
            lambda transaction: (
                transaction.state == "done"
                and transaction.operation not in ("refund", "validation")
                and transaction.company_id == credit.company_id
                and transaction.currency_id == credit.currency_id
                and transaction.partner_id.commercial_partner_id == client
                and transaction.payment_id.partner_id.commercial_partner_id == client
                and transaction.payment_id.state in ("in_process", "paid")
                and transaction._get_refund_support() != "none"
            )
        )

    def _get_refund_support(self):
        """What the provider can refund of this online payment.

        :return: str, `none`, `full_only` or `partial`
        """
        self.ensure_one()
        # billing users may know what a provider can do, not its keys
        provider = self.provider_id.sudo()
        method = self.payment_method_id.primary_payment_method_id or self.payment_method_id
        supports = (provider.support_refund, method.support_refund)
        if "none" in supports or provider.state == "disabled" or not provider.journal_id:
            return "none"
        return "full_only" if "full_only" in supports else "partial"

    def _get_amount_refundable(self, but=None):
        """The most that a refund can take of this online payment.

        :param but: client.refund.line, drafts' lines whose hold does not count
        :return: positive amount in its currency, or zero
        """
        self.ensure_one()
        own = sum(line._get_amount_paid_out() for line in (but or ()))
        left = self.currency_id.round(max(self.amount_refund_left + own, 0.0))
        if self._get_refund_support() == "full_only" and self.currency_id.compare_amounts(left, self.amount) < 0:
            return 0.0
        return left

    def _get_most_refundable(self):
        """The one of these online payments of which most is left."""
        return max(self, key=lambda transaction: transaction._get_amount_refundable(), default=self)

    def _get_refund_refusal(self, amount, left, but=None):
        """Why an amount can't go back by this online payment.

        :param amount: positive amount in its currency
        :param left: the most that it may be
        :param but: client.refund, one that does not count among those that hold something
        :return: str or None
        """
        self.ensure_one()
        values = {
            "transaction": self.reference,
            "total": format_amount(self.env, self.amount, self.currency_id),
            "amount": format_amount(self.env, amount, self.currency_id),
        }
        if self._get_refund_support() == "full_only" and self.currency_id.compare_amounts(amount, self.amount):
            return self.env._(
                "The provider of online payment %(transaction)s can only refund the full amount of %(total)s, but "
                "%(amount)s would go back by it. Send back the full amount, or pay by bank.",
                **values,
            )
        if self.currency_id.compare_amounts(amount, left) > 0:
            return self.env._(
                "%(left)s of online payment %(transaction)s (%(total)s) is left to refund (%(holders)s), but "
                "%(amount)s would go back by it. Send back at most what is left by it, and the rest by bank.",
                left=format_amount(self.env, left, self.currency_id),
                holders=", ".join(self._get_holders(but)) or self.env._("nothing else was refunded"),
                **values,
            )
        return None

    # -------------------------------------------------------------------------
    # Never more than was paid
    # -------------------------------------------------------------------------

    def _lock_for_refund(self):
        """Lock these online payments until the transaction ends; what is left of them is to be read after this.

        :raise UserError: if somebody else is working on one of them at this moment
        """
        # a lock replaces no right: who refunds need not be allowed to write them
        lock_or_refuse(
            self.sudo(),
            lambda busy: self.env._(
                "Somebody else is refunding online payment %(transactions)s right now. Wait a moment, check what is "
                "left of it, and try again.",
                transactions=", ".join(transaction._describe_for_refund() for transaction in busy),
            ),
        )

    def _describe_for_refund(self):
        return self.env._(
            "%(document)s of %(client)s (%(amount)s)",
            document=self.reference,
            client=self.partner_id.commercial_partner_id.display_name,
            amount=format_amount(self.env, self.amount, self.currency_id),
        )

    def _refund(self, amount_to_refund=None):
        """Count what client refunds hold where core refunds an online payment itself.

        :raise UserError: names online payment and amounts
        """
        self._lock_for_refund()
        if asked := self._get_open_calls():
            raise UserError(
                self.env._(
                    "Online payment %(transaction)s: it is not known yet what the provider did with %(refunds)s. "
                    "Wait for its answer, or check at the provider and enter the result on the refund.",
                    transaction=self.reference,
                    refunds=", ".join(asked.client_refund_id.sudo().mapped("name")),  # what others ask for is asked
                )
            )
        left = max(self.amount_refund_left, 0.0)
        amount = amount_to_refund or self.amount
        if not 0 < amount or self.currency_id.compare_amounts(amount, left) > 0:
            raise UserError(self._get_not_left_message(left))
        return super()._refund(amount_to_refund=amount_to_refund)

    def _get_not_left_message(self, left):
        """Why core can't refund this online payment itself.

        :param left: the most that can be refunded of it
        """
        values = {
            "client": self.partner_id.commercial_partner_id.display_name,
            "transaction": self.reference,
            "left": format_amount(self.env, left, self.currency_id),
            "amount": format_amount(self.env, self.amount, self.currency_id),
            "holders": ", ".join(self._get_holders()) or self.env._("nothing else was refunded"),
        }
        # what others hold is held, seen or not by the user; what the provider was asked for can't be undone
        if holding := self.sudo()._get_holding_lines().refund_id:
            return self.env._(
                "%(client)s: %(left)s of online payment %(transaction)s (%(amount)s) is left to refund (%(holders)s). "
                "Refund at most that, or %(release)s first.",
                release=holding._get_release_text(),
                **values,
            )
        return self.env._(
            "%(client)s: %(left)s of online payment %(transaction)s (%(amount)s) is left to refund (%(holders)s). "
            "Refund at most that.",
            **values,
        )

    def _get_holders(self, but=None):
        """Who holds, or has refunded, something of this online payment.

        :param but: client.refund, one that does not count
        :return: list of str, names of refunds, or references of refunds that were not made by one
        """
        children = self.child_transaction_ids.filtered(
            lambda child: child.operation == "refund" and child._get_client_refund_status() != "failed"
        )
        # what others hold is held, seen or not by the user
        refunds = (children.client_refund_id.sudo() | self.sudo()._get_holding_lines().refund_id) - (
            but or self.env["client.refund"]
        )
        return refunds.mapped("name") + children.filtered(lambda child: not child.client_refund_id).mapped("reference")

    # -------------------------------------------------------------------------
    # What a provider said is not to be written by users
    # -------------------------------------------------------------------------

    def _check_told_by_provider(self):
        """Refuse to write by hand what only a provider can know: to whose card money goes back, and how much.

        :raise AccessError: names the online payments; Odoo's own code and administrators of the system may
        """
        if self and not (self.env.is_system() or in_workflow(self.client_refund_id)):
            raise AccessError(
                self.env._(
                    "The data of online payment %(transactions)s comes from its provider and can't be changed "
                    "manually. Ask an administrator.",
                    transactions=", ".join(self.mapped("reference")),
                )
            )
