"""The microservice chassis: settings, database, outbox, consumer, RPC, tracing, logs, metrics and health.

Eventlet reads its environment when it is imported, so the variable is set here, before any other module imports it.
"""

import os
import warnings

os.environ["EVENTLET_NO_GREENDNS"] = "yes"  # see runtime.dns
warnings.filterwarnings("ignore", r"\s*Eventlet is deprecated")
