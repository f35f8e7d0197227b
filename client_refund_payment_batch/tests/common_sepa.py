from unittest import SkipTest

from .common import PaymentOrderCommon


class SepaCommon(PaymentOrderCommon):
    """The same firm, paying refunds by SEPA credit transfer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sepa = cls.env.ref("account_payment_sepa_credit_transfer.sepa_credit_transfer", raise_if_not_found=False)
        if not sepa:
            raise SkipTest("account_payment_sepa_credit_transfer is not installed")
        cls.method_line.payment_method_id = cls.method = sepa.sudo()
