def uninstall_hook(env):
    """What waits in a run is a draft again: without the run nobody would be asked for it.

    Core deletes our sequence, but would leave the database sequences of its years behind.
    """
    env["client.refund"].search([("run_id", "!=", False), ("state", "=", "to_approve")])._return_to_draft()
    env["ir.sequence"].search([("code", "=", "client.refund.run")]).date_range_ids.unlink()
