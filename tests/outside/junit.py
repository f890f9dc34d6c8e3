"""Reports as JUnit XML, held against the schema that Jenkins reads by, which nobody here wrote.

    python tests/outside/junit.py STANDIN_BINARY

The schema (junit-10.xsd of Jenkins' xunit plugin) comes with the sources of pytest, which holds its own reports against it.
Checked are the report that `tests/suite/report_views.rs` compares whole, that of a server that was called, and that of a
rehearsal which its client does not pass.
"""

import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from served import environment, server
from xmlschema import XMLSchema

SCHEMA = "testing/example_scripts/junit-10.xsd"
MADE_UP = Path(__file__).parent.parent / "reports" / "made-up.xml"


def schema() -> XMLSchema:
    release = f"pytest=={version('pytest')}"
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        run([*command, "--no-deps", "--no-binary", "pytest", "--dest", folder, release], check=True)
        (archive,) = Path(folder).glob("pytest-*.tar.gz")
        with tarfile.open(archive) as sources:
            name = next(name for name in sources.getnames() if name.endswith(SCHEMA))
            return XMLSchema(sources.extractfile(name).read().decode())


def status(url: str, token: str) -> int:
    try:
        with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"})) as reply:
            return reply.status
    except HTTPError as error:
        return error.code


def called(binary: str) -> str:
    """The report of a server that a known client and a stranger have called."""
    with server(binary, "--vendors", "scim", "--recipients", "5") as ready:
        users = f"{ready['url']}/scim/scim/v2/Users"
        assert [status(users, "scim-scim-token"), status(users, "no-such-token")] == [200, 401]
        with urlopen(f"{ready['url']}/_standin/v1/sandboxes/default/report?format=junit") as reply:
            return reply.read().decode()


def rehearsed(binary: str) -> str:
    """The report on a client that makes no call, and fails."""
    with TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [binary, "rehearse", "bad-day", "--vendors", "scim", "--junit", str(report), "--", "false"]
        assert run(command, env=environment(), capture_output=True).returncode == 1
        return report.read_text(encoding="utf-8")


def main(binary: str) -> int:
    jenkins = schema()
    made_up = MADE_UP.read_text(encoding="utf-8")
    for name, document in {"made up": made_up, "of a server": called(binary), "of a rehearsal": rehearsed(binary)}.items():
        jenkins.validate(document)
        print(f"junit-10.xsd: the report {name} is valid", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
