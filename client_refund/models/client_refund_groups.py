"""Who sees what is refunded on the documents of core."""

READER_GROUPS = "account.group_account_invoice,account.group_account_readonly,client_refund.group_client_refund_prepare"
