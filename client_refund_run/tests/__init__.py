from . import test_api_docs
from . import test_run
from . import test_run_approval
from . import test_run_batch
from . import test_run_criteria
from . import test_run_killed
from . import test_run_notice
from . import test_tour_run
