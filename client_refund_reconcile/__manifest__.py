{
    "name": "Client Refund: Bank Reconciliation",
    "summary": "OCA's bank reconciliation proposes the refund that a statement line paid",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Client Refund contributors",
    "license": "AGPL-3",
    "depends": ["client_refund_bank", "account_reconcile_oca"],
    "installable": True,
    "auto_install": True,
}
