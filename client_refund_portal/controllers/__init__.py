from . import chatter
from . import portal
