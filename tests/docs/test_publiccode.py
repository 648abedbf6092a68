"""publiccode.yml has what the standard 0.4 requires, and the version of the release."""

import tomllib
from pathlib import Path

import yaml
from jsonschema_rs import Draft202012Validator

ROOT = Path(__file__).parents[2]
TEXT = {"type": "string", "minLength": 1}
#: the keys that publiccode.yml 0.4 requires, with their limits
STANDARD = {
    "type": "object",
    "required": ["publiccodeYmlVersion", "name", "url", "releaseDate", "platforms", "categories", "developmentStatus",
                 "softwareType", "description", "legal", "maintenance", "localisation"],
    "properties": {
        "publiccodeYmlVersion": {"const": "0.4"},
        "url": {"type": "string", "pattern": "^https://[^ ]+$"},
        "releaseDate": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "platforms": {"type": "array", "minItems": 1, "items": TEXT},
        "categories": {"type": "array", "minItems": 1, "items": TEXT},
        "developmentStatus": {"enum": ["concept", "development", "beta", "stable", "obsolete"]},
        "softwareType": {"enum": ["standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web",
                                  "standalone/backend", "standalone/other", "addon", "library", "configurationFiles"]},
        "description": {
            "type": "object", "minProperties": 1,
            "additionalProperties": {
                "type": "object", "required": ["shortDescription", "longDescription", "features"],
                "properties": {
                    "shortDescription": {"type": "string", "minLength": 1, "maxLength": 150},
                    "longDescription": {"type": "string", "minLength": 150, "maxLength": 10_000},
                    "features": {"type": "array", "minItems": 1, "items": {"type": "string", "maxLength": 100}},
                },
            },
        },
        "legal": {"type": "object", "required": ["license"]},
        "maintenance": {
            "type": "object", "required": ["type"],
            "properties": {"type": {"enum": ["internal", "contract", "community", "none"]},
                           "contacts": {"type": "array", "items": {"type": "object", "required": ["name"]}}},
            "if": {"properties": {"type": {"enum": ["internal", "community"]}}}, "then": {"required": ["contacts"]},
        },
        "localisation": {"type": "object", "required": ["localisationReady", "availableLanguages"]},
    },
}  # fmt: skip


def test_publiccode_has_the_required_keys_and_the_version_of_the_release():
    found = yaml.safe_load((ROOT / "publiccode.yml").read_text())
    assert [f"{each.instance_path}: {each.message}" for each in Draft202012Validator(STANDARD).iter_errors(found)] == []
    project = tomllib.loads((ROOT / "services/chassis/pyproject.toml").read_text())["project"]
    assert found["softwareVersion"] == project["version"]
