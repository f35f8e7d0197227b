from odoo.exceptions import UserError


def uninstall_hook(env):
    """Nobody would ask the providers any more, and drafts that go back to a card would go to a bank account instead.

    :raise UserError: names the refunds that must be finished first
    """
    drafts = env["client.refund.line"].search(
        [("to_source", "=", True), ("refund_id.state", "in", ("draft", "to_approve"))]
    )
    waiting = env["payment.transaction"].search(
        [
            ("client_refund_id", "!=", False),
            "|",
            "|",
            ("client_refund_call", "in", ("waiting", "calling", "unknown")),
            ("state", "in", ("draft", "pending", "authorized")),
            ("is_post_processed", "=", False),
        ]
    )
    if refunds := drafts.refund_id | waiting.client_refund_id:
        raise UserError(
            env._(
                "%(refunds)s go back to the original payment and are not finished. Wait until the provider has "
                "answered, and discard or withdraw what is not issued, then uninstall.",
                refunds=", ".join(refunds.mapped("name")),
            )
        )
