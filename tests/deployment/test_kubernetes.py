"""kubectl renders the files for Kubernetes, and each object fits its schema and its component."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from loket_booking.settings import BookingSettings
from loket_chassis.runtime.settings import FILE_SUFFIX, describe
from loket_gateway.settings import GatewaySettings
from loket_local import mongodb
from loket_notification.settings import NotificationSettings
from loket_reporting.settings import ReportingSettings

from .test_server_files import program

ROOT = Path(__file__).parents[2]
FILES = ROOT / "deploy/kubernetes"
#: the oldest version that docs/how-to/install-on-kubernetes.md names, and a recent one
VERSIONS = ("1.27", "1.33")
SETTINGS = {
    "booking": BookingSettings, "notification": NotificationSettings, "reporting": ReportingSettings,
    "gateway": GatewaySettings,
}  # fmt: skip


def rendered(folder):
    kubectl = program("kubectl", "kubernetes-client", "kubectl, which renders the files for Kubernetes,")
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(scope="module")
def objects():
    return rendered(FILES)


def of_kind(objects, kind):
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}


def pods(objects):
    """The pod template of each deployment and job, by name."""
    return {
        **{name: each["spec"]["template"] for name, each in of_kind(objects, "Deployment").items()},
        **{name: each["spec"]["jobTemplate"]["spec"]["template"] for name, each in of_kind(objects, "CronJob").items()},
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_each_object_fits_its_schema(objects, version):
    import kubernetes_validate  # takes seconds, which each process that only collects this test would spend

    for each in objects:
        kubernetes_validate.validate(each, version, strict=True)


def test_there_is_a_deployment_for_each_component_with_two_instances_and_a_disruption_budget(objects):
    deployments = of_kind(objects, "Deployment")
    assert deployments.keys() == SETTINGS.keys()
    assert {each["spec"]["replicas"] for each in deployments.values()} == {2}
    for kind in ("PodDisruptionBudget", "HorizontalPodAutoscaler"):
        assert of_kind(objects, kind).keys() == SETTINGS.keys()
    for name, deployment in deployments.items():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        for selector in (
            deployment["spec"]["selector"],
            of_kind(objects, "PodDisruptionBudget")[name]["spec"]["selector"],
        ):
            assert selector["matchLabels"] == labels
    assert (
        of_kind(objects, "Service")["gateway"]["spec"]["selector"]
        == (deployments["gateway"]["spec"]["template"]["metadata"]["labels"])
    )


def test_each_variable_is_a_setting_of_its_component_with_an_allowed_value(objects):
    (shared,) = of_kind(objects, "ConfigMap").values()
    known = {name: {each.name for each in known_settings(cls)} for name, cls in SETTINGS.items()}
    assert shared["data"].keys() <= set.union(*known.values())
    for name, names in known.items():
        (container,) = pods(objects)[name]["spec"]["containers"]
        for each in container["env"]:
            assert each["name"].removesuffix(FILE_SUFFIX) in names, (name, each["name"])


def known_settings(cls):
    return [setting for each in (cls, *cls.all_groups()) for setting in describe(each)]


def test_every_secret_file_is_mounted(objects):
    for name, pod in pods(objects).items():
        (container,) = pod["spec"]["containers"]
        (volume,) = [each for each in pod["spec"]["volumes"] if "secret" in each]
        mounted = {f"/run/secrets/loket/{item['path']}" for item in volume["secret"]["items"]}
        named = {each["value"] for each in container["env"] if each["name"].endswith(FILE_SUFFIX)}
        assert named == mounted, name


def test_pods_meet_the_restricted_security_standard(objects):
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/, which the namespace enforces."""
    labels = of_kind(objects, "Namespace")["loket"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    for pod in pods(objects).values():
        assert pod["spec"]["securityContext"]["runAsNonRoot"]
        assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["spec"]["containers"]:
            context = container["securityContext"]
            assert (context["allowPrivilegeEscalation"], context["capabilities"]) == (False, {"drop": ["ALL"]})
            assert context["readOnlyRootFilesystem"]
            assert {"requests", "limits"} <= container["resources"].keys()


def test_only_the_gateway_accepts_requests_from_anywhere(objects):
    policies = of_kind(objects, "NetworkPolicy").values()
    opened = [
        each["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for each in policies
        for rule in each["spec"].get("ingress", ())
        if "from" not in rule
    ]
    assert opened == ["gateway"]


def test_each_image_is_one_that_the_dockerfile_builds(objects):
    patterns = ("services/*", "gateway", "deploy/*")
    projects = [file for pattern in patterns for file in ROOT.glob(f"{pattern}/pyproject.toml")]
    components = {tomllib.loads(file.read_text())["project"]["name"] for file in projects}
    images = {pod["spec"]["containers"][0]["image"] for pod in pods(objects).values()}
    assert {image.rpartition("/")[2].partition(":")[0] for image in images} <= components


def test_the_objects_of_the_operators_are_rendered(objects):
    found = {each["kind"]: each for each in rendered(FILES / "operators")}
    assert found.keys() == {"RabbitmqCluster", "MongoDBCommunity"}
    assert found["RabbitmqCluster"]["spec"]["replicas"] == found["MongoDBCommunity"]["spec"]["members"] == 3
    assert {each["metadata"]["namespace"] for each in found.values()} == {"loket"}


def test_mongodb_has_the_settings_with_which_failovers_are_tested():
    (database,) = (each["spec"] for each in rendered(FILES / "operators") if each["kind"] == "MongoDBCommunity")
    assert database["automationConfig"]["replicaSet"]["settings"] == mongodb.FAILOVER_SETTINGS
    assert mongodb.OPLOG_TIMEOUT.items() <= database["additionalMongodConfig"]["setParameter"].items()
    documented = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    for name, value in {**mongodb.FAILOVER_SETTINGS, **mongodb.OPLOG_TIMEOUT}.items():
        assert re.search(rf"{name}\W+{value}\b", documented)
