from . import base_import_import
from . import client_refund
