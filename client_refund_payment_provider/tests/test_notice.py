from odoo.tests import tagged

from .common import BackToCardCommon

WAY_BACK = "back to the card or account that you paid with"


@tagged("post_install", "-at_install")
class TestNotice(BackToCardCommon):
    """The client is told of what goes back to the card when the provider has confirmed it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.client_refund_send_notice = True
        cls.client.email = "office@alder.example.com"
        cls.account = cls._bank_account("BE71096123456769")
        cls.card = cls._card_credit(100)
        cls.credit_note = cls._credit_note(40)

    def test_ways(self):
        ways = {"to your account •••• 6769": 40, WAY_BACK: 100}
        refund = self._card_draft({self.card: 100}, by_bank={self.credit_note: 40}, partner_bank_id=self.account.id)
        self.assertEqual((refund._get_notice_ways(), refund._get_masked_payee_account()), (ways, "•••• 6769"))
        refund.action_post()
        self.assertEqual((refund._get_notice_ways(), refund._get_masked_payee_account()), (ways, "•••• 6769"))

    def test_mail_names_the_amount_of_each_way(self):
        refund = self._card_draft({self.card: 100}, by_bank={self.credit_note: 40}, partner_bank_id=self.account.id)
        self.assertEqual(
            refund._describe_notice_ways(), f"$\xa040.00 to your account •••• 6769, $\xa0100.00 {WAY_BACK}"
        )

    def test_ways_of_card_alone(self):
        refund = self._card_draft({self.card: 100}, partner_bank_id=self.account.id)
        self.assertEqual((refund._get_notice_ways(), refund._get_masked_payee_account()), ({WAY_BACK: 100}, ""))
        refund.action_post()
        self.assertEqual((refund._get_notice_ways(), refund._get_masked_payee_account()), ({WAY_BACK: 100}, ""))

    def test_told_when_provider_confirms(self):
        refund = self._card_refund({self.card: 100})
        self.assertFalse(refund.notice_state)
        refund.action_send_notice()
        self.assertFalse(refund.notice_state)
        self._work()
        self.assertEqual(self._online_refund(refund).state, "done")
        self.assertEqual(refund.notice_state, "to_send")

    def test_not_told_of_failure(self):
        refund = self._card_refund({self.card: 100})
        with self._provider_answers("error"):
            self._work()
        self.assertEqual((refund.state, refund.notice_state), ("canceled", False))

    def test_told_of_the_rest(self):
        refund = self._card_refund({self.card: 100}, by_bank={self.credit_note: 30}, partner_bank_id=self.account.id)
        self.assertFalse(refund.notice_state)
        with self._provider_answers("error"):
            self._work()
        self.assertEqual(refund.notice_state, "to_send")
        self.assertEqual(refund._get_notice_ways(), {"to your account •••• 6769": 30})
        [line] = refund.line_ids.filtered("amount")
        self.assertEqual((line.move_line_id, line.amount_left), (self.credit_note, 10))
