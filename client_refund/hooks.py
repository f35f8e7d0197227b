SEQUENCES = ("client.refund",)


def uninstall_hook(env):
    """Core deletes our sequences, but would leave the database sequences of their years behind."""
    env["ir.sequence"].search([("code", "in", SEQUENCES)]).date_range_ids.unlink()
