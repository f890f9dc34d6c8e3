"""The small job that the clients of this folder do, each through a library that nobody here wrote: as such jobs are commonly
written. It reads all users page by page, takes in twelve, changes eight and deactivates six, with a little work of its own
between the calls; what fails is counted, and the job goes on. The token is read once, at the start."""

import os
import sys
import time
from collections.abc import Callable

URL = os.environ.get("STANDIN_COFENSE_REST_URL", "")
HEADERS = {
    "Authorization": f"Bearer {os.environ.get('STANDIN_COFENSE_API_TOKEN', '')}",
    "User-Agent": "nightly-user-sync/1.0",
}
JOINERS, CHANGED, LEAVERS = 12, 8, 6
PAGE_ITEMS = 100
TIMEOUT_SECONDS = 5
WORK_SECONDS = 0.1

Call = Callable[..., dict]


def run(call: Call) -> None:
    """Does the job with `call(method, url, json=None, params=None)`, which returns a body and raises what went wrong."""
    failed: list[str] = []

    def tried(method: str, path: str, **more) -> dict | None:
        time.sleep(WORK_SECONDS)
        try:
            return call(method, URL + path, **more)
        except Exception as error:
            failed.append(f"{method} {path}: {type(error).__name__}")
            return None

    users: list[dict] = []
    while (page := tried("GET", "/users", params={"page": len(users) // PAGE_ITEMS + 1, "per_page": PAGE_ITEMS})) is not None:
        users += page["users"]
        if not page["users"] or len(users) >= page["total"]:
            break
    for n in range(JOINERS):
        user = {"email": f"joiner{n}@example.com", "firstName": "Joiner", "lastName": f"Number {n}"}
        tried("POST", "/users", json=user)
    active = [user for user in users if user["active"]]
    for user in active[:CHANGED]:
        tried("PUT", f"/users/{user['id']}", json=user | {"title": "Moved"})
    for user in active[CHANGED : CHANGED + LEAVERS]:
        tried("PUT", f"/users/{user['id']}", json=user | {"active": False})
    print(f"{len(users)} users read; {len(failed)} calls failed{''.join(f'{chr(10)}  {line}' for line in failed)}")
    sys.exit(1 if failed else 0)
