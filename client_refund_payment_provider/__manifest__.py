{
    "name": "Client Refund: Online Payments",
    "summary": "Credits that were paid online go back to the card, through the payment provider",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Client Refund contributors",
    "license": "LGPL-3",
    "depends": ["client_refund", "account_payment"],
    "data": [
        "data/ir_cron.xml",
        "views/client_refund_views.xml",
        "wizards/client_refund_wizard_views.xml",
    ],
    "assets": {"web.assets_tests": ["client_refund_payment_provider/static/tests/tours/**/*"]},
    "installable": True,
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
