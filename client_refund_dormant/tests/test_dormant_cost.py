from odoo.tests import tagged

from odoo.addons.client_refund.tests.ordinary_acts import OrdinaryActs

from .common import ClientDormantCommon


@tagged("post_install", "-at_install")
class TestDormantCost(OrdinaryActs, ClientDormantCommon):
    """The register costs others nothing, though it is in use, and looks for the client whose credits they are.

    Acts on what no register ever holds are counted without one in use (`test_nobody_else_pays.py`).
    """

    MOVE_TYPES = ("out_invoice", "out_refund")
    ACCOUNTS = ("receivable",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._register(cls._credit_note(300))
