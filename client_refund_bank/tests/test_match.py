from odoo import Command
from odoo.tests import tagged

from .common import BankCommon


@tagged("post_install", "-at_install")
class TestMatch(BankCommon):
    """The line of the bank statement finds the refund that it paid, and no other."""

    def _match(self, refunds=None):
        action = (self.refunds if refunds is None else refunds).with_user(self.clerk).action_match_bank()
        return action["params"]["message"]

    def test_the_reference_finds_it(self):
        """However the bank writes it, and wherever: in the text, the reference or the details of its file."""
        first, second, third = self._refund(100), self._refund(100), self._refund(100)
        lines = self._line(100, f"SEPA CT {first.name.replace('/', ' ')} Alder")
        lines |= self._line(100, "Transfer", ref=second.name.replace("/", "").lower())
        lines |= self._line(100, "Transfer", transaction_details={"RmtInf": {"Ustrd": [f"{third.name} thank you"]}})
        message = self._match()
        for refund, line in zip((first, second, third), lines, strict=True):
            self.assertIn(refund.name, message)
            self.assertEqual(refund.state, "paid")
            self.assertTrue(line.is_reconciled)
            self.assertEqual(refund.payment_ids._get_matched_entries(), line.move_id)

    def test_a_plain_clerk_is_offered_it(self):
        """Odoo's Invoicing may write journal items and reconcile them: no more is done."""
        self.assertFalse(self.clerk.has_group("account.group_account_basic"))
        view = self.env.ref("client_refund.view_client_refund_transfer_list")
        arch = self.refunds.with_user(self.clerk).get_view(view.id, "list")["arch"]
        self.assertIn("action_match_bank", arch)

    def test_payee_and_amount_find_it(self):
        by_account, by_name = self._refund(100), self._refund(70, partner=self.other_client)
        self._line(100, "Transfer", account_number="BE 111")
        self._line(70, "Transfer", partner_name=self.other_client.name.upper())
        self._match()
        self.assertEqual((by_account | by_name).mapped("state"), ["paid", "paid"])

    def test_a_wrong_amount_finds_nothing(self):
        refund, other = self._refund(100), self._refund(99.99)
        line = self._line(99.99, refund.name, account_number="BE111", partner_id=self.client.id)
        self.assertIn("No open bank statement line", self._match())
        self.assertEqual((refund | other).mapped("state"), ["in_process", "in_process"])
        self.assertFalse(line.is_reconciled)

    def test_what_fits_two_refunds_finds_neither(self):
        refunds = self._refund(100) | self._refund(100)
        self._line(100, "Transfer", account_number="BE111")
        self._match()
        self.assertEqual(refunds.mapped("state"), ["in_process", "in_process"])

    def test_another_payee_or_direction_or_number_finds_nothing(self):
        refund = self._refund(100)
        self._line(100, "Transfer", account_number="BE999", partner_id=self.client.id)
        self._line(-100, refund.name)
        self._line(100, f"{refund.name}1")
        self._match()
        self.assertEqual(refund.state, "in_process")

    def test_the_reference_does_not_outweigh_another_account(self):
        """It went to somebody else: somebody looks at it, with all that there is to compare."""
        refund = self._refund(100)
        line = self._line(100, refund.name, account_number="BE 999")
        self.assertRegex(
            self._match(),
            rf"No open.*\n.*{refund.name} \({self.client.name}, .*100\.00\), but went to account BE 999 instead of BE",
        )
        self.assertEqual((refund.state, line.is_reconciled), ("in_process", False))
        line.account_number = "BE 111"
        self.assertNotIn("instead", self._match())
        self.assertEqual(refund.state, "paid")

    def test_the_national_number_is_the_same_account(self):
        refund = self._refund(100, partner=self.other_client, account="DE12500105170648489890")
        self._line(100, refund.name, account_number="648489890")
        self._match()
        self.assertEqual(refund.state, "paid")

    def test_chosen_ones_alone(self):
        first, second = self._refund(100), self._refund(70)
        self._line(100, first.name)
        self._line(70, second.name)
        self.assertEqual(self._match(first), f"Matched with the bank: {first.name}.")
        self.assertEqual((first.state, second.state), ("paid", "in_process"))

    def test_a_line_pays_one_refund(self):
        """A transfer that was sent twice pays once: the second line stays to be looked at."""
        refund = self._refund(100)
        lines = self._line(100, refund.name) | self._line(100, refund.name)
        self._match()
        self.assertEqual(refund.state, "paid")
        self.assertEqual(lines.sorted("id").mapped("is_reconciled"), [True, False])

    def test_what_was_sent_twice_pays_no_later_refund(self):
        """It names the refund that it paid, though that is paid already."""
        refund = self._refund(100)
        again = (self._line(100, refund.name) | self._line(100, refund.name, account_number="BE111")).sorted("id")[1]
        self._match()
        later = self._refund(100)
        self._match()
        self.assertEqual((refund.state, later.state), ("paid", "in_process"))
        self.assertFalse(again.is_reconciled)

    def test_what_left_before_names_the_refund_or_did_not_pay_it(self):
        line = self._line(100, "Transfer", account_number="BE111", date="2024-01-10")
        refund = self._refund(100)
        self.assertLess(line.date, refund.date)
        self._match()
        self.assertEqual(refund.state, "in_process")
        named = self._line(100, refund.name, date="2024-01-10")
        self._match()
        self.assertEqual(refund.state, "paid")
        self.assertEqual((line.is_reconciled, named.is_reconciled), (False, True))

    def test_what_is_booked_otherwise_paid_no_refund(self):
        line = self._line(100, "Two in one")
        suspense = line._seek_for_lines()[1]
        fee = {"account_id": self.revenue.id, "balance": 40}
        commands = [Command.update(suspense.id, {"balance": 60}), Command.create(fee)]
        line.move_id.with_context(skip_readonly_check=True).write({"line_ids": commands})
        whole, rest = self._refund(100), self._refund(60)
        line.ref = f"{whole.name} {rest.name}"
        self._match()
        self.assertEqual((whole.state, rest.state), ("in_process", "paid"))
        self.assertTrue(line.is_reconciled)
