from . import test_check_printing
