from odoo import Command, fields

from odoo.addons.client_refund.tests.common import ClientRefundCommon


class ClientDormantCommon(ClientRefundCommon):
    """A client whose credits are old, somebody who looks for the client, and somebody who approves the hand-over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unclaimed = cls.env["account.account"].create(
            {
                "name": "Unclaimed Money",
                "code": "259999",
                "account_type": "liability_current",
                "reconcile": True,
                "company_ids": [Command.link(cls.company.id)],
            }
        )
        cls.misc = cls.company_data["default_journal_misc"]
        cls.company.write(
            {
                "client_refund_dormant_days": 365,
                "client_refund_unclaimed_account_id": cls.unclaimed.id,
                "client_refund_unclaimed_journal_id": cls.misc.id,
            }
        )
        cls.registers = cls.env["client.dormant.credit"].with_user(cls.clerk)
        cls.accountant = cls.env.user

    @classmethod
    def _register(cls, credits):
        """What the clerk gets who enters credits in the register."""
        return cls.registers._gather(credits.with_user(cls.clerk))

    @classmethod
    def _attempt(cls, register, user=None, **values):
        return (
            cls.env["client.dormant.attempt"]
            .with_user(user or cls.clerk)
            .create([{"register_id": register.id, "kind": "call", "result": "no_answer", **values}])
        )

    @classmethod
    def _ask(cls, credits, date="2024-05-01"):
        """The same, asked to be handed over after one call."""
        register = cls._register(credits)
        cls._attempt(register)
        register.date = date
        register.action_submit()
        return register

    @classmethod
    def _hand_over(cls, credits, date="2024-05-01"):
        """The same, approved by somebody else."""
        register = cls._ask(credits, date)
        register.with_user(cls.approver).action_approve()
        return register

    def _get_entry(self, register):
        return register.line_ids.counterpart_id.move_id.with_user(self.accountant)

    @classmethod
    def _days_ago(cls, days):
        return fields.Date.subtract(fields.Date.today(), days=days)

    def _get_unclaimed(self, register):
        """The item of the hand-over that the money waits on."""
        return self._get_entry(register).line_ids.filtered(lambda item: item.account_id == self.unclaimed)

    def _pay_on(self, amount):
        """The unclaimed money is paid to the state: the item that is to be reconciled with it."""
        move = self.env["account.move"].create(
            {
                "date": "2024-06-01",
                "line_ids": [
                    Command.create({"account_id": self.unclaimed.id, "partner_id": self.client.id, "debit": amount}),
                    Command.create({"account_id": self.bank.default_account_id.id, "credit": amount}),
                ],
            }
        )
        move.action_post()
        return move.line_ids.filtered(lambda item: item.account_id == self.unclaimed)
