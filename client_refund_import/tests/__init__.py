from . import test_amounts
from . import test_first_import
from . import test_import
from . import test_tour_import
