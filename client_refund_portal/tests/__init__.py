from . import test_portal
from . import test_portal_answer
from . import test_portal_at_once
from . import test_portal_messages
from . import test_portal_request
from . import test_tour_portal
