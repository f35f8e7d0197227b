"""Run in `odoo shell` before the pictures of online refunds: a client who paid a web shop by card, and is owed more."""

# ruff: noqa: F821  (env is the shell's)
from odoo import Command, fields

client = env["res.partner"].create({"name": "Alder & Finch LLP", "is_company": True})
env["res.partner.bank"].create({"partner_id": client.id, "acc_number": "402-330-7145", "allow_out_payment": True})
journal = env["account.journal"].create({"name": "Online", "code": "ONL", "type": "bank"})
provider = env.ref("payment.payment_provider_demo").copy({"state": "test", "name": "Card"})
provider.journal_id = journal
method = journal.inbound_payment_method_line_ids.filtered("payment_provider_id")
method.payment_account_id = journal.default_account_id
transaction = env["payment.transaction"].create(
    {
        "provider_id": provider.id,
        "payment_method_id": env.ref("payment_demo.payment_method_demo").id,
        "amount": 240,
        "currency_id": env.company.currency_id.id,
        "partner_id": client.id,
        "operation": "online_direct",
        "reference": "SHOP-4711",
    }
)
transaction._process("demo", {"reference": transaction.reference, "simulated_state": "done"})
transaction._post_process()
note = env["account.move"].create(
    {
        "move_type": "out_refund",
        "partner_id": client.id,
        "invoice_date": fields.Date.today(),
        "invoice_line_ids": [
            Command.create({"name": "Seminar canceled", "price_unit": 80, "tax_ids": [Command.clear()]})
        ],
    }
)
note.action_post()
env.cr.commit()
