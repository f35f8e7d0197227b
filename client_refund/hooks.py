def uninstall_hook(env):
    """Core deletes our sequence, but would leave the database sequences of its years behind."""
    env["ir.sequence"].search([("code", "=", "client.refund")]).date_range_ids.unlink()
