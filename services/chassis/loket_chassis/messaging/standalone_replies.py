"""The queue of replies of a command."""

from __future__ import annotations

import uuid

from kombu import Connection, Queue
from nameko.rpc import RPC_REPLY_QUEUE_TTL
from nameko.standalone.rpc import SingleThreadedReplyListener

from .declarations import make_reply_queue
from .exchanges import RPC


class StandaloneReplies(SingleThreadedReplyListener):
    """nameko's, with a queue that the user of a service may make. Raises NotFound when no service has run yet."""

    def setup(self) -> None:
        self.routing_key = str(uuid.uuid4())
        with Connection(self.container.config["AMQP_URI"]) as connection:
            connection.connect()  # with the error of the socket or the broker as it is
            expires = {"x-expires": RPC_REPLY_QUEUE_TTL}
            name = make_reply_queue(connection.default_channel, RPC, self.routing_key, expires)
        self.queue = Queue(name, no_declare=True)
        self.queue_consumer.register_provider(self)
