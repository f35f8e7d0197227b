"""Who sees what is refunded on the documents of core, and who approves."""

from odoo.exceptions import AccessError

READER_GROUPS = "account.group_account_invoice,account.group_account_readonly,client_refund.group_client_refund_prepare"


def check_may_answer(env):
    """:raise AccessError: unless the user may approve and reject"""
    if not env.user.has_group("client_refund.group_client_refund_approve"):
        raise AccessError(
            env._("You may not approve or reject refunds. Ask an administrator for the right to approve refunds.")
        )
