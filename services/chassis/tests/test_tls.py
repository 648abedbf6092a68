"""TLS to the broker and the database: a certificate of another authority or name is refused."""

import ssl
from urllib.parse import urlsplit

import pytest
import trustme
from kombu import Connection
from kombu.exceptions import OperationalError
from pymongo import MongoClient
from pymongo.errors import ServerSelectionTimeoutError

from loket_chassis.messaging.reconnecting_channel import BRIEFLY
from loket_chassis.runtime.secret_values import BrokerUri
from tests.faults.proxy import Proxy

AUTHORITY, OTHER = trustme.CA(), trustme.CA()


@pytest.fixture
def authorities(tmp_path):
    for name, each in (("ca", AUTHORITY), ("other", OTHER)):
        each.cert_pem.write_to_path(tmp_path / f"{name}.pem")
    return tmp_path


@pytest.fixture
def behind_tls():
    """Puts TLS before a server. Returns the port."""
    opened = []

    def put(port, name="127.0.0.1"):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        AUTHORITY.issue_cert(name).configure_cert(context)
        opened.append(Proxy([port], context))
        return opened[-1].port

    yield put
    for each in opened:
        each.close()


@pytest.fixture
def broker(servers, behind_tls):
    """Gives the address of the broker behind TLS, with some options."""

    def address(name="127.0.0.1", **options):
        plain = urlsplit(servers.amqp_uri)
        login = f"{plain.username}:{plain.password}@127.0.0.1:{behind_tls(plain.port, name)}"
        return f"amqps://{login}//?" + "&".join(f"{key}={value}" for key, value in options.items())

    return address


def connect(uri):
    with Connection(BrokerUri()(uri), connect_timeout=5, transport_options=BRIEFLY) as connection:
        connection.default_channel.queue_declare("none", passive=False, exclusive=True)


def test_the_broker_is_reached_over_tls_with_an_authority_of_ones_own(broker, authorities):
    connect(broker(ssl_ca_certs=authorities / "ca.pem"))


def test_a_certificate_that_no_known_authority_signed_is_refused(broker, authorities):
    for options in ({}, {"ssl_ca_certs": authorities / "other.pem"}):
        with pytest.raises(OperationalError, match="certificate verify failed"):
            connect(broker(**options))


def test_a_certificate_of_another_host_is_refused_unless_its_name_is_expected(broker, authorities):
    trusted = {"ssl_ca_certs": authorities / "ca.pem"}
    with pytest.raises(OperationalError, match="IP address mismatch"):
        connect(broker("rabbitmq.example", **trusted))
    connect(broker("rabbitmq.example", ssl_server_hostname="rabbitmq.example", **trusted))


@pytest.mark.parametrize("option", ["ssl_cert_reqs=CERT_NONE", "ssl_check_hostname=false", "ssl=false"])
def test_an_option_that_would_switch_checks_off_is_refused(option):
    with pytest.raises(ValueError, match="those of TLS are ssl_ca_certs"):
        BrokerUri()(f"amqps://loket:0f1e2d3c4b5a69788796@h:5671//?{option}")


def test_the_database_is_reached_over_tls_and_its_certificate_is_checked(servers, behind_tls, authorities):
    _, _, rest = servers.mongo_uri.partition("://")
    login, port = rest.rpartition("@")[0], urlsplit(servers.mongo_uri).port
    uri = f"mongodb://{login}@127.0.0.1:{behind_tls(port)}/?directConnection=true&tls=true&tlsCAFile={authorities}"
    with MongoClient(f"{uri}/ca.pem") as client:
        assert client.admin.command("ping")["ok"] == 1
    with (
        MongoClient(f"{uri}/other.pem", serverSelectionTimeoutMS=1000) as client,
        pytest.raises(ServerSelectionTimeoutError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        client.admin.command("ping")


def test_a_service_works_over_tls(proxied, broker, authorities):
    proxied.sample.environment["AMQP_URI"] = broker(ssl_ca_certs=authorities / "ca.pem")
    proxied.start()
    assert proxied.sample.says("ready")
