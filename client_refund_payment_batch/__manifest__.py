{
    "name": "Client Refund: Payment Orders",
    "summary": "Refunds by SEPA and other methods that pay through payment orders only",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Client Refund contributors",
    "license": "AGPL-3",
    "depends": ["client_refund", "account_payment_batch_oca"],
    "data": ["views/account_payment_order_views.xml", "views/client_refund_views.xml"],
    "assets": {"web.assets_tests": ["client_refund_payment_batch/static/tests/tours/**/*"]},
    "installable": True,
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
