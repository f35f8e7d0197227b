from . import client_refund_report
