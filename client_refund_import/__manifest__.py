{
    "name": "Client Refund: Import",
    "summary": "Draft refunds from a file of clients, amounts and references, on Odoo's import screen",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Client Refund contributors",
    "license": "LGPL-3",
    "depends": ["client_refund", "base_import"],
    "data": ["views/client_refund_views.xml"],
    "assets": {
        "web.assets_backend": ["client_refund_import/static/src/**/*"],
        "web.assets_tests": ["client_refund_import/static/tests/tours/**/*"],
    },
    "installable": True,
    "auto_install": True,
}
