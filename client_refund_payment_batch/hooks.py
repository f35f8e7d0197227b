from odoo.addons.client_refund.tools.problems import raise_problems


def uninstall_hook(env):
    """Refuse while refunds wait in orders: without the addon these would pay them, and nobody would know."""
    lines = env["account.payment.line"].search([("client_refund_line_id", "!=", False), ("state", "!=", "uploaded")])
    raise_problems(
        (
            refund,
            env._(
                "%(refund)s waits in payment order %(orders)s. Let the order pay it, or undo it, then uninstall.",
                refund=refund.name,
                orders=", ".join(refund.payment_order_ids.mapped("name")),
            ),
        )
        for refund in lines.client_refund_line_id.refund_id
    )
