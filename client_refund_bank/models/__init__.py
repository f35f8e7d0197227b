from . import account_bank_statement_line
from . import account_move_line
from . import client_refund
