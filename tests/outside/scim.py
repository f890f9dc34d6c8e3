"""SCIM conformance suites that nobody here wrote, run against the SCIM apis of a built server.

    python tests/outside/scim.py STANDIN_BINARY

scim2-tester runs all its checks on every vendor that ships, and scim2-cli runs its own on the compliant one. What a suite
objects to and stands is in `expected/VENDOR.toml`, below the fact of the profile that is behind it. Whatever else does
not succeed fails the run, a check that was skipped too, and so does what is listed and does not happen.
"""

import json
import os
import random
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from subprocess import check_output, run
from typing import Annotated, Any

from httpx2 import Client
from pydantic import Field
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import (
    EnterpriseUser,
    Group,
    Patch,
    Required,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Uniqueness,
    User,
)
from scim2_tester import CheckConfig, CheckResult, Status, check_server
from scim2_tester.checkers import core_schemas_validation
from scim2_tester.utils import CheckContext
from served import environment, server

COMPLIANT = "scim"
EXPECTED = Path(__file__).parent / "expected"
# The suites look for what they have just made in the first page of a list, which has 100.
RECIPIENTS = "20"
# The suites draw values, such as the type of a phone number. What is drawn must not decide what is found.
SEED = 7
TIMEOUT_SECONDS = 60

Findings = Counter[str]


class PhoneNumber(User.PhoneNumbers):
    value: str | None = Field(None, examples=["+15550100", "+15550101"])


class Address(User.Addresses):
    type: str | None = Field(None, examples=["work"])


class Person(User):
    """A user whose values make sense: a suite takes `examples` where there are any, and else a UUID."""

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = Field(
        None, examples=[f"person{number}@example.com" for number in range(100_000)]
    )
    timezone: str | None = Field(None, examples=["Europe/Berlin", "America/Los_Angeles"])
    phone_numbers: list[PhoneNumber] | None = None
    addresses: list[Address] | None = None


class ActivePerson(Person):
    """A user of a vendor that wants more than a name, and deletes whoever is not active."""

    display_name: Annotated[str | None, Required.true] = None
    active: Annotated[bool | None, Required.true] = Field(None, examples=[True])


# What a vendor without discovery documents has to be asked for. None: the suite is to read the documents.
USERS: dict[str, type[User] | None] = {
    COMPLIANT: None,
    "cofense": Person[EnterpriseUser],
    "coginiti": Person[EnterpriseUser],
    "cognism": Person[EnterpriseUser],
    "cosafe": ActivePerson,
}


def main(binary: str) -> int:
    failed = 0
    with server(binary, "--recipients", RECIPIENTS) as ready:
        if unknown := set(ready["vendors"]) ^ set(USERS):
            sys.exit(f"what are the users of {', '.join(sorted(unknown))} like? say so in {__file__}")
        for vendor in ready["vendors"]:
            profile = explained(binary, vendor)
            expected = read_expected(vendor, {fact["id"] for fact in profile["facts"]})
            (api,) = (api for api in profile["apis"] if api["kind"] == "scim")
            url = ready["url"] + api["path"].replace("{organization}", "acme")
            headers = {"Authorization": f"Bearer {vendor}-scim-token"}
            failed += run_tester(vendor, url, headers, described(vendor, api), expected)
            if vendor == COMPLIANT:
                failed += run_cli(vendor, url, headers, expected)
    return 1 if failed else 0


def explained(binary: str, vendor: str) -> dict[str, Any]:
    """A profile as `standin explain` tells it."""
    return json.loads(check_output([binary, "explain", vendor, "--json"], env=environment()))


def described(vendor: str, api: dict[str, Any]) -> ScimProvider | None:
    """What a vendor's discovery documents would say if it had any."""
    user = USERS[vendor]
    if user is None:
        return None
    patches = any(endpoint["method"] == "PATCH" and not endpoint["refused"] for endpoint in api["endpoints"])
    extensions = getattr(user, "__scim_extension_metadata__", ())
    return ScimProvider(
        models=[user.__bases__[0] if extensions else user, Group, *extensions],
        resource_types=[ResourceType.from_resource(user), ResourceType.from_resource(Group)],
        config=ServiceProviderConfig(patch=Patch(supported=patches)),
        policy=ScimPolicy(unknown=ScimPolicy.Unknown.ignore),
    )


def read_expected(vendor: str, facts: set[str]) -> Findings:
    """What a suite objects to and stands: each check with each attribute, as `key` names them."""
    path = EXPECTED / f"{vendor}.toml"
    expected: Findings = Counter()
    for deviation in tomllib.loads(path.read_text())["deviation"]:
        if deviation["fact"] not in facts:
            sys.exit(f"{path}: {vendor} has no fact `{deviation['fact']}`")
        if not deviation["why"]:
            sys.exit(f"{path}: why is missing for {deviation['checks']}")
        for check in deviation["checks"]:
            for attribute in deviation.get("attributes", [""]):
                expected[named(check, deviation.get("type"), attribute)] += 1
    return expected


def run_tester(
    vendor: str, url: str, headers: dict[str, str], provider: ScimProvider | None, expected: Findings
) -> int:
    """Runs scim2-tester, and returns how often it was not as expected."""
    random.seed(SEED)
    client = SyncSCIMClient(Client(base_url=url, headers=headers, trust_env=False), provider=provider)
    results = check_server(client)
    # The one check that the suite has and does not run by itself.
    results += core_schemas_validation(CheckContext(client, CheckConfig()))
    if unchecked := {"User", "Group"} - {result.resource_type for result in results}:
        print(f"FAILED scim2-tester on {vendor}: nothing was checked of {', '.join(sorted(unchecked))}")
        return 1
    reasons = {key(result): result.reason for result in results if result.status is not Status.SUCCESS}
    found = Counter(key(result) for result in results if result.status is not Status.SUCCESS)
    skipped = sum(result.status is Status.SKIPPED for result in results)
    return told("scim2-tester", vendor, len(results), skipped, found, expected, reasons)


def key(result: CheckResult) -> str:
    attribute = result.data.get("urn") if isinstance(result.data, dict) else None
    return named(result.title, result.resource_type, attribute)


def named(*parts: str | None) -> str:
    """A check, its type of resource and its attribute, as far as it has them: `check_add_attribute User name`."""
    return " ".join(part for part in parts if part)


def run_cli(vendor: str, url: str, headers: dict[str, str], expected: Findings) -> int:
    """Runs `scim2 test`, which names the checks alone, and returns how often it was not as expected."""
    program = Path(sys.executable).with_name("scim2")
    passed = "\n".join(f"{name}: {value}" for name, value in headers.items())
    ended = run(
        [program, "--url", url, "test"],
        env=environment(SCIM_CLI_HEADERS=passed),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    results = re.findall(rf"^({'|'.join(Status.__members__)}) (\S+)\n(?:  (.*))?", ended.stdout, re.MULTILINE)
    if not results or ended.returncode not in (0, 1):
        sys.exit(f"scim2 test ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    failing = [(title, reason) for status, title, reason in results if status != "SUCCESS"]
    skipped = sum(status == "SKIPPED" for status, _, _ in results)
    checks: Findings = Counter()
    for finding, times in expected.items():
        checks[finding.split()[0]] += times
    found = Counter(title for title, _ in failing)
    return told("scim2 test", vendor, len(results), skipped, found, checks, dict(failing))


def told(
    suite: str,
    vendor: str,
    checks: int,
    skipped: int,
    found: Findings,
    expected: Findings,
    reasons: dict[str, str | None],
) -> int:
    """Prints what was not as listed, and the counts; returns how often it was not. What was skipped counts as not passed."""
    surprising, missing = found - expected, expected - found
    for finding, times in surprising.items():
        print(f"FAILED {suite} on {vendor}: {finding} ({times} times): {reasons[finding]}")
    for finding, times in missing.items():
        print(f"FAILED {suite} on {vendor}: {finding} ({times} times): is listed as a deviation, and did not deviate")
    failed = surprising.total() + missing.total()
    listed = (found & expected).total()
    passed = checks - found.total()
    print(f"{suite} on {vendor}: {passed} passed, {failed} failed, {listed} as listed, {skipped} skipped", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
