from importlib.util import find_spec

from . import test_access
from . import test_api_docs
from . import test_api_over_http
from . import test_approval
from . import test_bad_input
from . import test_batch
from . import test_branches
from . import test_cash_basis
from . import test_client_credit
from . import test_concurrency
from . import test_create_refund
from . import test_dormant_attempts
from . import test_dormant_concurrency
from . import test_dormant_gather
from . import test_dormant_hand_over
from . import test_dormant_undo
from . import test_credits
from . import test_currency
from . import test_exchange_estimate
from . import test_holding_back
from . import test_import
from . import test_numbers
from . import test_offset
from . import test_one_owner
from . import test_pay_later
from . import test_payee
from . import test_payment_setups
from . import test_refund
from . import test_return
from . import test_run
from . import test_run_approval
from . import test_run_criteria
from . import test_run_killed
from . import test_storm
from . import test_tour_dormant
from . import test_tour_import
from . import test_tour_thousand_credits
from . import test_tours
from . import test_undo
from . import test_wizard
from . import test_wizard_speed

# what `make test` installs, an Odoo that only runs the tests of its addons may not have
if find_spec("hypothesis"):
    from . import test_histories
