from . import client_refund_mixin
from . import client_refund
from . import client_refund_line
from . import account_payment_line
from . import account_payment_order
from . import account_payment_lot
from . import account_payment
from . import account_move_line
