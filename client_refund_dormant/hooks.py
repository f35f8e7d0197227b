def uninstall_hook(env):
    """Core deletes our sequence, but would leave the database sequences of its years behind."""
    env["ir.sequence"].search([("code", "=", "client.dormant.credit")]).date_range_ids.unlink()
