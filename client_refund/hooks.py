def uninstall_hook(env):
    """Core deletes our sequence, but would leave the database sequences of its years behind."""
    env["ir.sequence"].search([("code", "in", ("client.refund", "client.refund.run"))]).date_range_ids.unlink()
