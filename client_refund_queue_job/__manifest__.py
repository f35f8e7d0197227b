{
    "name": "Client Refund: Job Queue",
    "summary": "Refund runs processed as jobs, one bank journal at a time",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Client Refund contributors",
    "license": "LGPL-3",
    "depends": ["client_refund_run", "queue_job"],
    "data": ["data/queue_job_channel.xml", "data/queue_job_function.xml"],
    "installable": True,
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
