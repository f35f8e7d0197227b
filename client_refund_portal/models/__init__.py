from . import client_refund
from . import client_refund_item
from . import client_refund_line
from . import client_refund_request
from . import client_refund_request_answer
from . import res_company
from . import res_config_settings
