from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import ClientRefundCommon


@tagged("post_install", "-at_install")
class TestRefundDashboard(ClientRefundCommon):
    """The numbers above the refunds are those of the lists that they lead to."""

    def _numbers(self, user=None, companies=None):
        context = {"allowed_company_ids": companies.ids} if companies else {}
        return self._rpc(user or self.clerk, self.env["client.refund"], "retrieve_dashboard", context=context)

    def assertNumbers(self, numbers, **expected):
        """Compare all the numbers: those not given are zero."""
        zero = (0, 0)
        self.assertEqual(
            {name: (card["count"], card["amount"]) for name, card in numbers.items() if name != "currency_id"},
            {name: expected.get(name, zero) for name in ("open_credits", "to_approve", "in_process", "returned")},
        )

    def test_nothing_to_do(self):
        self.assertNumbers(self._numbers())

    def test_each_number(self):
        self._credit_note(30, partner=self.other_client)
        self._payment(20)
        self._refund({self._credit_note(100): 60})
        self.company.client_refund_approval_policy = "always"
        self._draft({self._payment(70): 50}).action_submit()
        self.assertNumbers(self._numbers(), open_credits=(2, 30 + 20 + 40 + 70), to_approve=(1, 50), in_process=(1, 60))

    def test_who_waits_is_said_anew_after_each_act(self):
        self.company.client_refund_approval_policy = "always"
        refund = self._draft({self._payment(70): 50})
        as_approver = refund.with_user(self.approver)

        def assert_waiting(is_waiting):
            self.assertEqual((refund.is_waiting, refund.is_approval_due), (is_waiting, is_waiting))
            self.assertEqual(as_approver.can_approve, is_waiting)

        assert_waiting(False)
        refund.action_submit()
        assert_waiting(True)
        as_approver.action_approve()
        assert_waiting(False)
        self.assertEqual(refund.state, "in_process")

    def test_returned_until_the_credit_is_used_up(self):
        credit = self._payment(100)
        refund = self._refund({credit: None})
        refund.action_return("Account closed", "2024-04-10")
        self.assertNumbers(self._numbers(), open_credits=(1, 100), returned=(1, 100))
        again = self._refund({credit: None})
        self.assertNumbers(self._numbers(), in_process=(1, 100))
        again.action_undo("Wrong account")
        self.assertNumbers(self._numbers(), open_credits=(1, 100), returned=(1, 100))

    def test_as_the_filters_say(self):
        """The filters that the cards set show as many refunds as the cards say."""
        self._refund({self._credit_note(100): None}).action_return("Account closed", "2024-04-10")
        self._refund({self._credit_note(40): None}).action_return("Account closed", "2024-04-10")
        self._refund({self._payment(5): None})
        self.company.client_refund_approval_policy = "always"
        self._draft({self._payment(70): 50}).action_submit()
        view = etree.fromstring(self.env["client.refund"].get_view(view_type="search")["arch"])
        numbers = self._numbers()
        for name, card in (("to_approve", "to_approve"), ("in_process", "in_process"), ("returned_open", "returned")):
            [node] = view.xpath(f"//filter[@name='{name}']")
            refunds = self.refunds.search(safe_eval(node.get("domain")))
            self.assertTrue(refunds)
            self.assertEqual(
                (len(refunds), sum(refunds.mapped("amount_company_currency"))),
                (numbers[card]["count"], numbers[card]["amount"]),
            )

    def test_refundable_is_what_can_be_refunded(self):
        """What a blocked client is owed is open, and not refundable: in the worklist, its filter and on the client."""
        self._credit_note(100)
        self._credit_note(30, partner=self.other_client)
        self.client.write({"client_refund_blocked": True, "client_refund_block_reason": "In dispute"})
        self.assertNumbers(self._numbers(), open_credits=(2, 130))
        view = etree.fromstring(self.env["client.credit"].get_view(view_type="search")["arch"])
        [node] = view.xpath("//filter[@name='refundable']")
        rows = self.env["client.credit"].with_user(self.clerk)
        self.assertEqual(rows.search(safe_eval(node.get("domain"))).partner_id, self.other_client)
        self.assertEqual(sum(rows.search([]).mapped("amount_refundable_company_currency")), 30)
        blocked = self.client.with_user(self.clerk)
        self.assertEqual((blocked.client_credit_open, blocked.client_credit_refundable), (100, 0))

    def test_returned_open_is_one_question(self):
        """The card and its filter ask the same field, which says the same when it is read."""
        credit = self._payment(100)
        refund = self._refund({credit: None})
        self.assertFalse(refund.is_returned_open)
        refund.action_return("Account closed", "2024-04-10")
        other = self._refund({self._payment(50): None})
        domain = [("id", "in", (refund | other).ids)]
        self.assertEqual(self.refunds.search([*domain, ("is_returned_open", "=", True)]), refund)
        self.assertEqual(self.refunds.search([*domain, ("is_returned_open", "=", False)]), other)
        self.assertTrue(refund.is_returned_open)
        self._refund({credit: None})
        self.env.invalidate_all()
        self.assertFalse(refund.is_returned_open)

    def test_currencies_add_up(self):
        foreign = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        self._credit_note(100)
        self._refund({self._credit_note(50, currency=foreign): 30}, currency_id=foreign.id)
        self.assertNumbers(self._numbers(), open_credits=(2, 110), in_process=(1, 15))

    # ------------------------------------------------------------------
    # Companies and rights
    # ------------------------------------------------------------------

    def _create_sister(self):
        """A company with another currency, of which two units are worth one of ours, that owes the client 80 of it."""
        foreign = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        data = self.setup_other_company(currency_id=foreign.id)
        entry = (
            self.env["account.move"]
            .with_company(data["company"])
            .create(
                {
                    "move_type": "entry",
                    "date": "2024-01-01",
                    "journal_id": data["default_journal_misc"].id,
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": data["default_account_receivable"].id,
                                "partner_id": self.client.id,
                                "balance": -80,
                            }
                        ),
                        Command.create({"account_id": data["default_account_revenue"].id, "balance": 80}),
                    ],
                }
            )
        )
        entry.action_post()
        return data["company"]

    def test_companies_in_the_currency_of_the_current_one(self):
        sister = self._create_sister()
        self.clerk.company_ids |= sister
        self._credit_note(10)
        self.assertNumbers(self._numbers(companies=self.company), open_credits=(1, 10))
        ours = self._numbers(companies=self.company | sister)
        self.assertNumbers(ours, open_credits=(2, 50))
        self.assertEqual(ours["currency_id"], self.currency.id)
        theirs = self._numbers(companies=sister | self.company)
        # the sister knows no rate of ours but one to one
        rate = self.currency._get_conversion_rate(self.currency, sister.currency_id, sister)
        self.assertNumbers(theirs, open_credits=(2, 80 + 10 * rate))
        self.assertEqual(theirs["currency_id"], sister.currency_id.id)

    def test_own_companies_only(self):
        sister = self._create_sister()
        self._credit_note(10)
        self.assertNumbers(self._numbers(), open_credits=(1, 10))
        with self.assertRaises(AccessError):
            self._numbers(companies=self.company | sister)

    def test_only_readers_of_refunds(self):
        auditor = self._create_user("auditor", "Ada Auditor", "account.group_account_readonly")
        self._credit_note(10)
        self.assertNumbers(self._numbers(auditor), open_credits=(1, 10))
        employee = self._create_user("employee", "Emil Employee", "base.group_user")
        with self.assertRaises(AccessError):
            self._numbers(employee)

    def test_a_few_queries(self):
        """As many for many clients as for one."""
        for partner in [self._create_client(f"Client {number}") for number in range(20)]:
            self._entry(10, partner=partner)
        self._numbers()
        self.env.invalidate_all()
        with self.assertQueryCount(13):
            self.assertEqual(self._numbers()["open_credits"]["count"], 20)
