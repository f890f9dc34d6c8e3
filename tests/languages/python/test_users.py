import os

import pytest
import requests

STANDIN = os.environ.get("STANDIN_URL", "http://127.0.0.1:8080")


class Sandbox:
    """A world of a test's own: its people, credentials, limits and time."""

    def __init__(self, **wish):
        made = requests.post(f"{STANDIN}/_standin/v1/sandboxes", json=wish)
        made.raise_for_status()
        self.told = made.json()
        self.url = f"{STANDIN}/_standin/v1/sandboxes/{self.told['name']}"

    def control(self, method, path, **body):
        reply = requests.request(method, self.url + path, json=body or None)
        assert reply.ok, reply.json()["detail"]
        return reply.json() if reply.content else None


@pytest.fixture
def sandbox():
    sandbox = Sandbox(vendors=["cofense"], recipients=5)
    yield sandbox
    sandbox.control("DELETE", "")


ADA = {"email": "ada@example.com", "firstName": "Ada", "lastName": "Byron"}


def users(sandbox, token, new=None):
    """The code under test: one call to the vendor."""
    url = sandbox.told["vendors"]["cofense"]["base_urls"]["rest"] + "/users"
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request("POST" if new else "GET", url, headers=headers, json=new)


@pytest.fixture
def token(sandbox):
    return sandbox.told["vendors"]["cofense"]["credentials"]["api"]["token"]


@pytest.mark.parametrize("run", range(4))
def test_each_test_has_a_world_of_its_own(sandbox, token, run):
    assert users(sandbox, token, ADA).status_code == 201
    assert users(sandbox, token).json()["total"] == 6


def test_a_token_expires_when_the_clock_says_so(sandbox):
    wish = {"credential": "api", "expires_in": "60s"}
    short = sandbox.control("POST", "/vendors/cofense/credentials", **wish)["token"]
    assert users(sandbox, short).status_code == 200
    sandbox.control("PATCH", "/clock", advance="61s")
    assert users(sandbox, short).status_code == 401


def test_a_rotated_token_is_dead_at_the_next_call(sandbox, token):
    [api] = [
        one
        for one in sandbox.control("GET", "/vendors/cofense/credentials")["credentials"]
        if (one["credential"], one["organization"]) == ("api", "acme")
    ]
    new = sandbox.control("POST", f"/vendors/cofense/credentials/{api['id']}/rotate")["token"]
    assert (users(sandbox, token).status_code, users(sandbox, new).status_code) == (401, 200)
    count = {"match": {"status": 401}, "count": {"exactly": 1}}
    assert sandbox.control("POST", "/verify", **count)["passed"]
