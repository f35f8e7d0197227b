from . import test_neighbour_camt
from . import test_neighbour_payment_order
from . import test_reconcile
