from . import test_dormant_attempts
from . import test_dormant_concurrency
from . import test_dormant_cost
from . import test_dormant_gather
from . import test_dormant_hand_over
from . import test_dormant_undo
from . import test_tour_dormant
