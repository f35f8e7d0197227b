from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestNumbers(ClientRefundCommon):
    """Refunds are numbered by their sequence, in batches as one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sequence = cls.env.ref("client_refund.sequence_client_refund")

    def _create(self, *dates):
        return self.refunds.create([self._refund_values({self._entry(10): None}, date=date) for date in dates])

    def test_years_are_numbered_on_their_own(self):
        self.sequence.date_range_ids.unlink()

        refunds = self._create("2022-04-01", "2023-04-01", "2022-05-01")

        self.assertEqual(refunds.mapped("name"), ["CR/2022/00001", "CR/2023/00001", "CR/2022/00002"])

    def test_a_company_with_its_own_sequence(self):
        self.sequence.copy({"company_id": self.company.id, "prefix": "OWN/", "use_date_range": False})

        refunds = self._create("2022-04-01", "2023-04-01")

        self.assertEqual(refunds.mapped("name"), ["OWN/00001", "OWN/00002"])

    def test_without_a_sequence(self):
        self.sequence.active = False

        with self.assertRaisesRegex(UserError, "There is no sequence with the code client.refund in company"):
            self._create("2022-04-01")
