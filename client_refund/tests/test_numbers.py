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

    # ------------------------------------------------------------------
    # What is refused uses no number up
    # ------------------------------------------------------------------

    def _next_number(self):
        """The number that the sequence would give now; drawn, it would be used up by the test."""
        self.env.invalidate_all()
        [date_range] = self.sequence.date_range_ids.filtered(lambda date_range: date_range.date_from.year == 2024)
        return date_range.number_next_actual

    def _assert_none_used(self, act, message):
        self._create("2024-04-01")
        number = self._next_number()
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            act()
        self.assertEqual(self._next_number(), number)

    def _wizard(self, credit, amount, **values):
        wizard = self._opened(self.wizards._open_for_credits(credit.with_user(self.clerk)))
        wizard.write({"date": "2024-04-01", **values})
        wizard.line_ids.amount = amount
        return wizard

    def test_refused_draft(self):
        credit = self._credit_note(100)
        self._assert_none_used(lambda: self._draft({credit: 101}), "only .*100.00 is open")

    def test_refused_click(self):
        """The wizard makes the refund before it is looked at whether it can be issued."""
        stranger = self._bank_account("BE222", partner=self.other_client)
        wizard = self._wizard(self._credit_note(100), 100, partner_bank_id=stranger.id)
        self._assert_none_used(wizard.action_refund, r"Alder & Finch LLP, refund of .*100\.00")

    def test_refused_call(self):
        values = {
            "partner_id": self.client.id,
            "date": "2024-04-01",
            "partner_bank_id": self._bank_account("BE222", partner=self.other_client).id,
            "lines": [{"move_line_id": self._credit_note(100).id}],
        }
        self._assert_none_used(lambda: self.refunds.create_refund(values), "refund of")

    def test_accepted_click(self):
        self._create("2024-04-01")
        number = self._next_number()
        refund = self._wizard(self._credit_note(100), 100).refund_id
        self.assertFalse(refund)
        for act in ("action_refund", "action_save_draft"):
            wizard = self._wizard(self._credit_note(100), 100)
            getattr(wizard, act)()
            self.assertEqual(wizard.refund_id.name, f"CR/2024/{number:05}")
            number += 1
