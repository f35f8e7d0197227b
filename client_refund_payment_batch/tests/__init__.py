from . import test_payment_order
from . import test_payment_order_undo
from . import test_payment_order_branches
from . import test_payment_order_owner
from . import test_payment_order_run
from . import test_payment_order_transactions
from . import test_payment_file
from . import test_payment_order_tour
