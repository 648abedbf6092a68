"""What every service stands on: settings, database, outbox, consumer, RPC, tracing, logs, metrics, health.

nameko stands on eventlet; what that reads when it is imported is set here, so no module imports it before this one.
"""

import os
import warnings

os.environ["EVENTLET_NO_GREENDNS"] = "yes"  # see resolving
warnings.filterwarnings("ignore", r"\s*Eventlet is deprecated")
