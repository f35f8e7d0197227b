from . import test_amounts
from . import test_tour_import
