from odoo import Command

from odoo.addons.client_refund.tests.common import ClientRefundCommon


class PaymentOrderCommon(ClientRefundCommon):
    """A firm in euro that pays refunds by a method that goes through payment orders alone.

    The clerk has no right on payment orders; the treasurer has it, and none on refunds.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = cls.env.ref("base.EUR")
        cls.company.currency_id = cls.currency
        cls.bank.bank_account_id = cls._bank_account("FR0812221333144415551666777", cls.company.partner_id)
        cls.method = cls.env["account.payment.method"].sudo().create(cls._prepare_method_vals())
        cls.method_line = cls.env["account.payment.method.line"].create(
            {
                "name": "Transfer by order",
                "payment_method_id": cls.method.id,
                "journal_id": cls.bank.id,
                "payment_account_id": cls.outstanding.id,
                "selectable": True,
            }
        )
        cls.treasurer = cls._create_user(
            "refund_treasurer",
            "Tom Treasurer",
            "account.group_account_user,account_payment_batch_oca.group_account_payment",
        )
        cls.account = cls._bank_account("FR731111 9999 8888 5555 9999 111")
        cls.other_account = cls._bank_account("FR831111 9999 8888 5555 9999 222", cls.other_client)

    @classmethod
    def _prepare_method_vals(cls):
        return {
            "name": "Order only",
            "code": "test_manual",
            "payment_type": "outbound",
            "payment_order_ok": True,
            "bank_account_required": True,
        }

    @classmethod
    def _refund_values(cls, amounts, **values):
        return super()._refund_values(
            amounts,
            **{"payment_method_line_id": cls.method_line.id, "partner_bank_id": cls.account.id, **values},
        )

    @classmethod
    def _refund_other(cls, amounts, **values):
        """Refund the other client."""
        return cls._refund(amounts, partner_id=cls.other_client.id, partner_bank_id=cls.other_account.id, **values)

    def _order(self, refund):
        """The order that pays a refund, in the hands of the treasurer."""
        return refund.sudo().payment_order_ids.with_user(self.treasurer).sudo(False)

    def _upload(self, order):
        order.draft2open()
        order.open2generated()
        order.generated2uploaded()

    @classmethod
    def _order_line_values(cls, order):
        return [
            (line.move_line_id, line.amount_currency, line.partner_bank_id, line.communication)
            for line in order.payment_line_ids.sorted("id")
        ]

    @classmethod
    def _add_by_hand(cls, order, item, **values):
        """What the treasurer does who adds a journal item to an order."""
        return order.write({"payment_line_ids": [Command.create({"move_line_id": item.id, **values})]})
