{
    "name": "Client Refund: Import",
    "summary": "Files of refunds on Odoo's import screen: amounts as they are written, and what became of each row",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Client Refund contributors",
    "license": "LGPL-3",
    "depends": ["client_refund", "base_import"],
    "assets": {
        "web.assets_backend": ["client_refund_import/static/src/**/*"],
        "web.assets_tests": ["client_refund_import/static/tests/tours/**/*"],
    },
    "installable": True,
    "auto_install": True,
}
