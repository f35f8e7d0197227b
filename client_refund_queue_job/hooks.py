def uninstall_hook(env):
    """What the jobs would have done is left to the scheduler."""
    env["client.refund.run"]._search_jobs().button_cancelled()
    env.ref("client_refund_run.ir_cron_client_refund_run")._trigger()
