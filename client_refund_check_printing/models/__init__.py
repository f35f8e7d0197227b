from . import account_payment
from . import client_refund
