"""A mail server of the test's own, and a post office that sends by it."""

import pytest
from outbox_harness import Post
from provider_servers import SmtpFace


@pytest.fixture
def face():
    made = SmtpFace()
    yield made
    made.close()


@pytest.fixture
def post(database, face, tmp_path):
    return Post(database, face.channel("accept"), tmp_path)
