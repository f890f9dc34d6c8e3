"""A built server, started for a suite and stopped behind it."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen
from tempfile import TemporaryFile
from typing import Any


@contextmanager
def server(binary: str, *options: str) -> Iterator[dict[str, Any]]:
    """A server on a free port, and its ready line."""
    command = [binary, "--listen", "127.0.0.1:0", *options]
    with (
        TemporaryFile("w+") as said,
        Popen(command, env=environment(), stdout=PIPE, stderr=said, text=True) as process,
    ):
        try:
            line = process.stdout.readline()
            if not line:
                said.seek(0)
                sys.exit(f"{binary} does not start: {said.read()}")
            yield json.loads(line)
        finally:
            process.terminate()


def environment(**more: str) -> dict[str, str]:
    """What a developer has picked for a server or a client of their own must not change what is tested."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("STANDIN_", "SCIM_CLI_"))}
    return own | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"} | more
