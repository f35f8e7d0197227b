from . import client_refund_run
