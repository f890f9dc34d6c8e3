"""The control API, held against the OpenAPI document that it serves itself, and the document of each vendor, by tools that
nobody here wrote.

    python tests/outside/control.py STANDIN_BINARY

openapi-spec-validator reads the documents; schemathesis makes calls up from that of the control API and looks for server
errors, and for statuses, media types and bodies that the document does not have.
"""

import json
import sys
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from openapi_spec_validator import validate
from served import environment, server

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# A world of many people takes its time to be made up, and says nothing about the document.
PEOPLE = ["--vendors", "scim,cofense", "--recipients", "5"]
# What is drawn must not decide what is found.
SEED = "7"
EXAMPLES_MAX = "25"


def fetched(url: str) -> dict:
    with urlopen(url) as reply:
        return json.load(reply)


def check_vendors(binary: str) -> None:
    """The document of every vendor that is built in."""
    with server(binary, "--recipients", "0") as ready:
        for vendor in ready["vendors"]:
            document = fetched(f"{ready['url']}/_standin/v1/vendors/{vendor}/openapi.json")
            validate(document)
            print(f"openapi-spec-validator: {len(document['paths'])} paths of {vendor} are valid", flush=True)


def main(binary: str) -> int:
    check_vendors(binary)
    with server(binary, *PEOPLE) as ready:
        url = ready["url"] + "/_standin/v1/openapi.json"
        document = fetched(url)
        validate(document)
        calls = sum(len(methods) for methods in document["paths"].values())
        print(f"openapi-spec-validator: {len(document['paths'])} paths are valid", flush=True)
        schemathesis = Path(sys.executable).with_name("schemathesis")
        command = [schemathesis, "run", url, "--checks", CHECKS, "--seed", SEED, "--max-examples", EXAMPLES_MAX]
        # The stream of the journal ends with its client.
        command += ["--exclude-path-regex", "/journal/stream$", "--request-timeout", "30", "--phases", "examples,coverage,fuzzing"]
        # It leaves what it has learned where it stands.
        with TemporaryDirectory() as folder:
            ended = run(command, cwd=folder, env=environment(NO_COLOR="1"))
    print(f"schemathesis on {calls} calls: {'passed' if ended.returncode == 0 else 'FAILED'}")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
