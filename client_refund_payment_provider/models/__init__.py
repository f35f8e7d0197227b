# which online payment a credit came by, and what is left to refund of it
from . import account_move_line
from . import payment_transaction

# the refund that goes back by it
from . import client_refund_mixin
from . import client_refund_line
from . import client_refund
from . import account_payment

# how its provider is asked, and what becomes of the answer
from . import payment_transaction_call
from . import client_refund_answer
from . import client_refund_in_part

# what the client is told
from . import client_refund_notice
