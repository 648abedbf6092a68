"""The programs that read the files for servers without containers accept them."""

import json
import re
import shutil
import ssl
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import requests
import yaml

from loket_local import debian, ports
from loket_local.processes import Child
from tests.client import Portal, eventually

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPONENTS = ("booking", "notification", "reporting", "gateway")
ALERTS = [
    rule
    for group in yaml.safe_load((DEPLOY / "monitoring/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]


def program(name, package, purpose):
    with debian.alone():
        if shutil.which(name) is None:
            debian.install(package, purpose)
    return shutil.which(name)


@pytest.mark.parametrize("component", COMPONENTS)
def test_systemd_accepts_the_unit_of_each_component(component, tmp_path):
    analyze = program("systemd-analyze", "systemd", "systemd-analyze, which checks units,")
    unit = tmp_path / f"loket@{component}.service"
    text = (DEPLOY / "systemd/loket@.service").read_text()
    unit.write_text(text.replace("/opt/loket/%i/bin/python", sys.executable))
    shutil.copy(DEPLOY / "systemd/loket.target", tmp_path)
    for folder in (DEPLOY / "systemd").glob("*.service.d"):
        shutil.copytree(folder, tmp_path / folder.name)
    done = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_booking_alone_gets_the_key_of_residents_links():
    given = [
        file.name for file in (DEPLOY / "systemd").rglob("*.*") if file.is_file() and "LOKET_SECRET" in file.read_text()
    ]
    assert given == ["secret.conf"]
    assert "LOKET_SECRET" in (DEPLOY / "systemd/loket@booking.service.d/secret.conf").read_text()


def test_systemd_rates_the_unit_as_well_isolated():
    analyze = program("systemd-analyze", "systemd", "systemd-analyze, which checks units,")
    command = [analyze, "security", "--offline=true", "--threshold=20", DEPLOY / "systemd/loket@.service"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]


def test_prometheus_accepts_its_configuration_and_each_alert_fires_when_it_should():
    promtool = program("promtool", "prometheus", "promtool, which checks alert rules,")
    for arguments in (["check", "config", "prometheus.yaml"], ["test", "rules", "alerts.test.yaml"]):
        done = subprocess.run(
            [promtool, *arguments], cwd=DEPLOY / "monitoring", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@cache
def source_code():
    folders = ("services", "gateway")
    return "".join(file.read_text() for each in folders for file in (ROOT / each).glob("**/loket_*/**/*.py"))


def require_metrics(query):
    """Raise AssertionError unless the code defines each metric of a query."""
    for name in set(re.findall(r"loket_[a-z_]+", query)):
        assert f'"{re.sub(r"_(count|bucket|sum|info)$", "", name)}' in source_code(), name


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_uses_existing_metrics_and_has_a_section_in_the_runbook(rule):
    require_metrics(rule["expr"])
    assert f"\n## {rule['alert']}\n" in (ROOT / "docs/runbook.md").read_text()
    assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"


def test_prometheus_accepts_each_query_of_the_dashboard_and_each_metric_exists(tmp_path):
    dashboard = json.loads((DEPLOY / "monitoring/dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries)]
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool = program("promtool", "prometheus", "promtool, which checks alert rules,")
    done = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for query in queries:
        require_metrics(query)


@pytest.fixture(scope="module")
def proxy(stack, tmp_path_factory):
    """nginx with the file of the repository before the gateway of the stack: its address."""
    nginx = program("nginx", "nginx-light", "nginx, which stands before the gateway,")
    openssl = program("openssl", "openssl", "openssl, which makes a certificate,")
    folder = tmp_path_factory.mktemp("nginx")
    certificate = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=afspraak.example"]
    files = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run([openssl, *certificate, *files], check=True, capture_output=True)
    plain, secure = ports.find_free(2)
    site = (DEPLOY / "nginx/loket.conf").read_text()
    site = site.replace("/etc/ssl/loket", str(folder)).replace("127.0.0.1:8080;", f"{stack.url.partition('//')[2]};", 1)
    site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace("listen 443", f"listen 127.0.0.1:{secure}")
    (folder / "site.conf").write_text(site)
    (folder / "nginx.conf").write_text(
        f"user root; daemon off; pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; include site.conf; }}\n"
    )
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    child = Child.start("nginx", command, folder / "nginx.log")
    address = f"https://127.0.0.1:{secure}"
    try:
        eventually(lambda: _answers(address))
        yield address, f"http://127.0.0.1:{plain}"
    finally:
        child.stop()


def _answers(address):
    try:
        return requests.get(f"{address}/rumst/", verify=False, timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_resident_books_through_nginx_over_tls(proxy, stack):
    secure, _ = proxy
    portal = Portal.on(stack, "rumst")
    portal.url = secure
    portal.session.trust_env, portal.session.verify = False, False  # REQUESTS_CA_BUNDLE counts for more than a session
    assert portal.booked()["state"] == "booked"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_nginx_hides_probes_and_metrics_and_redirects_http_to_https(proxy):
    secure, plain = proxy
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert requests.get(secure + path, verify=False, timeout=10).status_code == 404
    answer = requests.get(
        f"{plain}/rumst/?a=b", headers={"Host": "afspraak.example"}, allow_redirects=False, timeout=10
    )
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://afspraak.example/rumst/?a=b")
    for path in ("/api/v1/municipalities", "/compat/jcc/rumst/version", "/receipts/cm"):
        assert requests.get(plain + path, allow_redirects=False, timeout=10).status_code == 403


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_response_has_one_hsts_policy_for_all_subdomains(proxy):
    secure, _ = proxy
    for path in ("/rumst/", "/metrics"):
        answer = requests.get(secure + path, verify=False, timeout=10)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_the_gateway_and_not_nginx_refuses_a_file_that_is_too_large(proxy):
    secure, _ = proxy
    answer = requests.post(f"{secure}/api/v1/rumst/appointments", data=b"x" * 6_000_000, verify=False, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_nginx_offers_only_ciphers_with_forward_secrecy_and_authentication():
    ciphers = re.search(r"ssl_ciphers (.*);", (DEPLOY / "nginx/loket.conf").read_text()).group(1).split(":")
    assert all(each.startswith("ECDHE-") and ("GCM" in each or "POLY1305" in each) for each in ciphers)
    context = ssl.create_default_context()
    context.set_ciphers(":".join(ciphers))
    assert {*ciphers} <= {each["name"] for each in context.get_ciphers()}


def test_nginx_offers_only_current_tls_versions():
    offered = re.search(r"ssl_protocols (.*);", (DEPLOY / "nginx/loket.conf").read_text()).group(1).split()
    assert offered == ["TLSv1.2", "TLSv1.3"]
    assert ssl.HAS_TLSv1_3
