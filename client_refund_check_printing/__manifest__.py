{
    "name": "Client Refund: Checks",
    "summary": "Refunds by check, with the credits on the stub",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Client Refund contributors",
    "license": "LGPL-3",
    "depends": ["client_refund", "account_check_printing"],
    "installable": True,
    "auto_install": True,
}
