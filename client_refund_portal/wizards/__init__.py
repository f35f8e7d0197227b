from . import client_refund_decline
