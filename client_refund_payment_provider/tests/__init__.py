from . import test_answer
from . import test_back_to_card
from . import test_calls
from . import test_left_to_refund
from . import test_refund_report
from . import test_notice
from . import test_rights
from . import test_tours
