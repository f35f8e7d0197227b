{
    "name": "Client Refund: Bank Statements",
    "summary": "Bank statement lines are matched with the refunds that they paid",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Client Refund contributors",
    "license": "LGPL-3",
    "depends": ["client_refund"],
    "data": ["views/client_refund_views.xml"],
    "installable": True,
    "auto_install": True,
}
