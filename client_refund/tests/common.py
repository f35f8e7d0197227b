from odoo import Command, fields
from odoo.service.model import call_kw
from odoo.tests import Form, new_test_user

from .kept_firm import KeptFirm


class ClientRefundCommon(KeptFirm):
    """A client, the ways in which a firm comes to owe money, and a billing clerk who pays it back.

    Documents are made by the accountant who sets up the company; refunds by the clerk, so that each test also shows
    that a clerk's rights are enough.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.refunds = cls.env["client.refund"].with_user(cls.clerk)
        cls.wizards = cls.env["client.refund.wizard"].with_user(cls.clerk)

    @classmethod
    def _make_firm(cls):
        cls.company = cls.company_data["company"]
        cls.currency = cls.company.currency_id
        cls.receivable = cls.company_data["default_account_receivable"]
        cls.revenue = cls.company_data["default_account_revenue"]
        cls.bank = cls.company_data["default_journal_bank"]
        cls.cash = cls.company_data["default_journal_cash"]
        # a risk needs approval; there are none, but for the tests that are about them: receipts are booked on the bank
        # account directly, and it does not matter that bank accounts are new and that the same amount is refunded again
        cls.outstanding_receipts = cls.inbound_payment_method_line.payment_account_id
        cls.inbound_payment_method_line.payment_account_id = cls.bank.default_account_id
        cls.company.write(
            {
                "client_refund_approval_policy": "risk",
                "client_refund_bank_change_days": 0,
                "client_refund_duplicate_days": 0,
            }
        )
        cls.outstanding = cls.outbound_payment_method_line.payment_account_id
        cls.clerk = cls._create_user("refund_clerk", "Claire Clerk", "account.group_account_invoice")
        cls.approver = cls._create_user("refund_approver", "Paula Partner", "client_refund.group_client_refund_approve")
        cls.client = cls._create_client("Alder & Finch LLP")
        cls.other_client = cls._create_client("Birch Holdings")

    @classmethod
    def _create_user(cls, login, name, groups, **values):
        return new_test_user(
            cls.env,
            name=name,
            login=login,
            groups=groups,
            **{"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)], **values},
        )

    @classmethod
    def _create_client(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "property_account_receivable_id": cls.receivable.id,
                "property_payment_term_id": cls.pay_terms_a.id,
                **values,
            }
        )

    @classmethod
    def _create_cash_basis_tax(cls):
        """A tax that is due when money moves."""
        cls.company.tax_exigibility = True
        transition = cls.env["account.account"].create(
            {"name": "Tax to come", "code": "251999", "account_type": "liability_current", "reconcile": True}
        )
        account = cls.company_data["default_account_tax_sale"]
        repartition = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        return cls.env["account.tax"].create(
            {
                "name": "16 % on payment",
                "amount": 16,
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": transition.id,
                "invoice_repartition_line_ids": repartition,
                "refund_repartition_line_ids": repartition,
            }
        )

    # ------------------------------------------------------------------
    # Ways to be owed money: each gives the journal item on the receivable account
    # ------------------------------------------------------------------

    @classmethod
    def _document(cls, move_type, amount, **values):
        return cls._create_invoice_one_line(
            price_unit=amount,
            tax_ids=values.pop("tax_ids", []),
            account_id=cls.revenue,
            move_type=move_type,
            invoice_date=values.pop("date", "2024-03-01"),
            partner_id=values.pop("partner", cls.client),
            currency_id=values.pop("currency", cls.currency),
            post=True,
            **values,
        )

    @classmethod
    def _receivable_items(cls, move):
        return move.line_ids.filtered(lambda item: item.account_type == "asset_receivable").sorted("id")

    @classmethod
    def _credit_note(cls, amount, **values):
        return cls._receivable_items(cls._document("out_refund", amount, **values))

    @classmethod
    def _credit_notes(cls, number, amount, partner=None, currency=None):
        """As many that are alike, made and posted at once."""
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_refund",
                    "partner_id": (partner or cls.client).id,
                    "currency_id": (currency or cls.currency).id,
                    "invoice_date": "2024-03-01",
                    "invoice_line_ids": [
                        Command.create({"price_unit": amount, "account_id": cls.revenue.id, "tax_ids": []})
                    ],
                }
                for _number in range(number)
            ]
        )
        moves.action_post()
        return cls._receivable_items(moves)

    @classmethod
    def _invoice(cls, amount, **values):
        return cls._receivable_items(cls._document("out_invoice", amount, **values))

    @classmethod
    def _payment(cls, amount, partner=None, currency=None, date="2024-03-02", **values):
        payment = cls.env["account.payment"].create(
            cls._prepare_payment_vals(amount, partner, currency, date, **values)
        )
        payment.action_post()
        return cls._receivable_items(payment.move_id)

    @classmethod
    def _prepare_payment_vals(cls, amount, partner=None, currency=None, date="2024-03-02", **values):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": (partner or cls.client).id,
            "amount": amount,
            "currency_id": (currency or cls.currency).id,
            "date": date,
            "journal_id": cls.bank.id,
            **values,
        }

    @classmethod
    def _outstanding_payment(cls, amount, **values):
        """The same, before a bank statement confirms it, in a journal whose receipts the bank does confirm."""
        cls._let_bank_confirm(values.get("date", "2024-03-02"))
        cls.inbound_payment_method_line.payment_account_id = cls.outstanding_receipts
        item = cls._payment(amount, **values)
        cls.inbound_payment_method_line.payment_account_id = cls.bank.default_account_id
        return item

    @classmethod
    def _let_bank_confirm(cls, date, journal=None):
        """The firm has bank statements: what they don't show yet may still bounce."""
        cls.env["account.bank.statement.line"].create(
            {"payment_ref": "Bank charges", "journal_id": (journal or cls.bank).id, "amount": -1, "date": date}
        )

    @classmethod
    def _bank_receipt(cls, amount, partner=None, date="2024-03-03", **values):
        """A bank statement line that was booked on the receivable account."""
        statement_line = cls.env["account.bank.statement.line"].create(
            {
                "payment_ref": "Receipt",
                "journal_id": cls.bank.id,
                "amount": amount,
                "date": date,
                "partner_id": (partner or cls.client).id,
                **values,
            }
        )
        suspense = statement_line._seek_for_lines()[1]
        suspense.account_id = cls.receivable
        return suspense

    @classmethod
    def _entry(cls, amount, partner=None, date="2024-01-01", account=None):
        """A journal entry on the receivable account, such as an opening balance: a credit if the amount is positive."""
        move = cls.env["account.move"].create(cls._prepare_entry_vals(amount, partner, date, account))
        move.action_post()
        return cls._receivable_items(move)

    @classmethod
    def _prepare_entry_vals(cls, amount, partner=None, date="2024-01-01", account=None):
        return {
            "move_type": "entry",
            "date": date,
            "line_ids": [
                Command.create(
                    {
                        "account_id": (account or cls.receivable).id,
                        "partner_id": (partner or cls.client).id,
                        "balance": -amount,
                    }
                ),
                Command.create({"account_id": cls.revenue.id, "balance": amount}),
            ],
        }

    @classmethod
    def _bank_account(cls, number, partner=None, trusted=True, **values):
        return cls.env["res.partner.bank"].create(
            {
                "acc_number": number,
                "partner_id": (partner or cls.client).id,
                "allow_out_payment": trusted,
                **values,
            }
        )

    # ------------------------------------------------------------------
    # Refunds
    # ------------------------------------------------------------------

    @classmethod
    def _draft(cls, amounts, **values):
        """A draft refund of the client, made by the clerk.

        :param amounts: dict, account.move.line: amount, or None for all of it
        """
        return cls.refunds.create([cls._refund_values(amounts, **values)])

    @classmethod
    def _refund_values(cls, amounts, **values):
        return {
            "partner_id": cls.client.id,
            "date": "2024-04-01",
            "journal_id": cls.bank.id,
            "line_ids": [
                Command.create({"move_line_id": credit.id} | ({"amount": amount} if amount is not None else {}))
                for credit, amount in amounts.items()
            ],
            **values,
        }

    @classmethod
    def _refund(cls, amounts, **values):
        """The same, issued."""
        refund = cls._draft(amounts, **values)
        refund.action_post()
        return refund

    def _submit(self, amounts, **values):
        """The same, asked for."""
        refund = self._draft(amounts, **values)
        refund.action_submit()
        return refund

    def _shown(self, action):
        """The form of the wizard that an action opens."""
        self.assertEqual(action["res_model"], "client.refund.wizard")
        return Form(self.wizards.with_context(**action["context"]).browse(action.get("res_id")))

    def _opened(self, action):
        """The wizard that an action opens, saved as it is shown.

        :return: client.refund.wizard
        """
        return self._shown(action).save()

    def _rpc(self, user, records, method, *args, **kwargs):
        """Call a method as a program of the user does over RPC."""
        ids = [records.ids] if isinstance(records.ids, list) and records else []
        records.env.flush_all()
        return call_kw(self.env[records._name].with_user(user), method, [*ids, *args], kwargs)

    # ------------------------------------------------------------------
    # What the ledger says
    # ------------------------------------------------------------------

    def assertEntry(self, move, expected):
        """Compare a whole journal entry: its items in order, as (account, partner, currency amount, debit, credit)."""
        self.assertEqual(
            [
                (item.account_id, item.partner_id, item.amount_currency, item.debit, item.credit)
                for item in move.line_ids.sorted("id")
            ],
            expected,
        )

    def assertPairs(self, refund, expected):
        """Each credit is reconciled with its own payment item, in the given amount: list of (credit, amount)."""
        partials = refund.line_ids.payment_line_id.matched_credit_ids
        partials = partials.filtered(lambda partial: partial.credit_move_id in refund.line_ids.move_line_id)
        self.assertEqual(
            sorted((p.credit_move_id.id, p.debit_move_id.id, p.credit_amount_currency) for p in partials),
            sorted((credit.id, self._settled_by(refund, credit).id, amount) for credit, amount in expected),
        )

    def _settled_by(self, refund, credit):
        return refund.line_ids.filtered(lambda line: line.move_line_id == credit).payment_line_id

    def _ledger(self, partners=None):
        """Everything that a refund may change of the clients' entries, to compare before and after."""
        self.env.flush_all()
        self.env.invalidate_all()
        items = self.env["account.move.line"].search(
            [("account_type", "=", "asset_receivable"), ("partner_id", "in", (partners or self.client).ids)], order="id"
        )
        return {
            item: {
                "residual": item.amount_residual,
                "residual_currency": item.amount_residual_currency,
                "reconciled": item.reconciled,
                "full": item.full_reconcile_id,
                "matched": (item.matched_debit_ids | item.matched_credit_ids).ids,
                "state": item.parent_state,
                "payment_state": item.move_id.payment_state,
                "payment": item.move_id.origin_payment_id.state,
                "is_reconciled": item.move_id.origin_payment_id.is_reconciled,
            }
            for item in items
        }

    def _lock_until(self, date):
        self.company.sudo().fiscalyear_lock_date = fields.Date.to_date(date)

    def _leave_approvers(self, *users):
        """Nobody but these users may approve in the company."""
        approve, administer, manage = (
            self.env.ref(group)
            for group in (
                "client_refund.group_client_refund_approve",
                "client_refund.group_client_refund_administer",
                "account.group_account_manager",
            )
        )
        manage.sudo().implied_ids -= administer
        for user in approve.all_user_ids - self.env["res.users"].union(*users):
            user.sudo().group_ids -= approve | administer
