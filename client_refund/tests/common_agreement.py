from odoo import Command, fields

FOREVER = fields.Date.to_date("2099-12-31")


class AgreementCases:
    """What other reports say a client owes is what the worklist says, whatever refunds do.

    For test classes of `ClientRefundCommon`; what they add is `_get_figures`.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # two units are worth one of ours when the credits come about, five when they are refunded
        cls.foreign = cls.setup_other_currency("EUR", rates=[("2024-01-01", 2.0), ("2024-03-20", 5.0)])
        cls.contact = cls.env["res.partner"].create({"name": "Ada Alder", "parent_id": cls.client.id})
        cls.credit_note = cls._credit_note(300)
        cls.payment = cls._payment(50, partner=cls.contact)
        cls.receipt = cls._bank_receipt(20)
        cls.entry = cls._entry(30, account=cls.receivable.copy())
        cls.invoice = cls._invoice(120)
        cls.foreign_credit = cls._credit_note(100, currency=cls.foreign)
        # what others are owed is another matter
        cls._credit_note(77, partner=cls.other_client)

    def _get_figures(self, date):
        """What reports say of the client.

        :param date: date, up to which they look
        :return: dict, name of the report: dict of `credit` and `debt`, or of their difference as `balance` where the
            report tells no more, in the company's currency
        """
        raise NotImplementedError

    def assertAgree(self, credit, debt):
        """Compare with what the client is owed and owes, in the company's currency."""
        self.env.invalidate_all()
        rows = self.env["client.credit"].with_user(self.clerk).search([("partner_id", "=", self.client.id)])
        self.assertEqual(self.currency.round(sum(rows.mapped("amount_open_company_currency"))), credit)
        self._assert_figures(credit, debt, FOREVER)

    def _assert_figures(self, credit, debt, date):
        expected = {"credit": credit, "debt": debt, "balance": self.currency.round(debt - credit)}
        figures = self._get_figures(date)
        self.assertTrue(figures)
        for report, found in figures.items():
            with self.subTest(report=report, date=date):
                self.assertEqual(
                    {name: self.currency.round(amount) for name, amount in found.items()},
                    {name: expected[name] for name in found},
                )

    def _refund_foreign(self, amount):
        return self._refund({self.foreign_credit: amount}, currency_id=self.foreign.id)

    # ------------------------------------------------------------------

    def test_before(self):
        self.assertAgree(credit=450, debt=120)

    def test_what_is_only_asked_for_changes_nothing(self):
        self.company.client_refund_approval_policy = "always"
        self._draft({self.payment: None})
        self._draft({self.credit_note: 100}).action_submit()
        self.assertAgree(credit=450, debt=120)

    def test_full(self):
        self._refund(dict.fromkeys(self.credit_note | self.payment | self.receipt | self.entry))
        self.assertAgree(credit=50, debt=120)

    def test_in_part(self):
        self._refund({self.credit_note: 100.01, self.payment: 7})
        self.assertAgree(credit=342.99, debt=120)
        self._refund({self.credit_note: None})
        self.assertAgree(credit=143, debt=120)

    def test_another_currency(self):
        """What is left is worth what it was booked at; the exchange difference is booked."""
        self._refund_foreign(40)
        self.assertAgree(credit=430, debt=120)
        self._refund_foreign(None)
        self.assertAgree(credit=400, debt=120)

    def test_offset(self):
        self._refund(
            {self.credit_note: None, self.payment: 10},
            offset_ids=[Command.create({"move_line_id": self.invoice.id, "amount": 90})],
        )
        self.assertAgree(credit=140, debt=30)

    def test_offset_in_another_currency(self):
        invoice = self._invoice(60, currency=self.foreign, date="2024-03-25")
        self.assertAgree(credit=450, debt=120 + 12)
        self._refund(
            {self.foreign_credit: None},
            currency_id=self.foreign.id,
            offset_ids=[Command.create({"move_line_id": invoice.id})],
        )
        self.assertAgree(credit=400, debt=120)

    def test_undo(self):
        refunds = self._refund_foreign(40) | self._refund(
            {self.credit_note: None, self.entry: 5},
            offset_ids=[Command.create({"move_line_id": self.invoice.id})],
        )
        self.assertAgree(credit=125, debt=0)
        refunds.action_undo("Wrong client")
        self.assertAgree(credit=450, debt=120)

    def test_undo_in_a_locked_period(self):
        refunds = self._refund_foreign(40) | self._refund({self.credit_note: 100, self.payment: None})
        self._lock_until("2024-04-30")
        refunds.action_undo("Wrong client", "2024-05-02")
        self.assertAgree(credit=450, debt=120)

    def test_returned_by_the_bank(self):
        """What was settled stays settled."""
        refunds = self._refund_foreign(40) | self._refund(
            {self.credit_note: None, self.receipt: None},
            offset_ids=[Command.create({"move_line_id": self.invoice.id})],
        )
        refunds.action_return("Account closed", "2024-04-10")
        self.assertAgree(credit=330, debt=0)
        self._refund({self.credit_note: None, self.receipt: None})
        self.assertAgree(credit=130, debt=0)

    def test_looking_back(self):
        """A report of a day says what was open that day."""
        self._refund({self.credit_note: 100, self.payment: None})
        for date, credit in (("2024-03-31", 450), ("2024-04-05", 300)):
            self._assert_figures(credit, 120, fields.Date.to_date(date))

    def test_looking_back_at_a_return(self):
        """The credits are open again as if they had never been used, so what was open then differs by the payment."""
        refund = self._refund({self.credit_note: 100, self.payment: None})
        refund.action_return("Account closed", "2024-04-10")
        for date, paid_out in (("2024-03-31", 0), ("2024-04-05", 150), ("2024-04-10", 0)):
            self._assert_figures(450, 120 + paid_out, fields.Date.to_date(date))
