from . import client_refund
from . import client_refund_request
from . import res_company
from . import res_config_settings
