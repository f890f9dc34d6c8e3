#!/usr/bin/env python3
"""A sync job that behaves well, in Python's standard library alone: copy from it.

    standin rehearse bad-day -- python3 tests/clients/good.py [SURFACE]

It reads all users, takes in ten joiners, changes some, deactivates leavers, puts the joiners into a group, reads all again
and compares. `Client` holds the manners of a call, `Job` those of the work, and a `Surface` knows what a vendor calls
things. Each of `sinners/` takes one of the manners away (they want `PYTHONPATH=tests/clients`).

Its environment is what `standin rehearse` gives to a client: STANDIN_<VENDOR>_<API>_URL, and of each credential
STANDIN_<VENDOR>_<CREDENTIAL>_TOKEN, or _CLIENT_ID, _CLIENT_SECRET and _TOKEN_URL. Each secret has a _FILE beside it, which
always holds the one in force, as the mount of a secret store does.
"""

import json
import os
import random
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

TRIES_MAX = 8
"""How often a call is tried before it is given up."""
BACKOFF_SECONDS = 0.1
"""The first wait where nobody says how long; each further one is twice as long."""
WAIT_SECONDS_MAX = 60
"""Whoever tells the job to wait longer is not waited for."""
CALL_SECONDS_MAX = 5
"""How long a whole reply may take, however steadily it drips."""
PAGE_ITEMS = 100
"""What is asked for: within every vendor's cap."""
LOOKS_MAX = 4
"""How often all is compared at the end."""
LAG_SECONDS = 3
"""Lists may lag so long behind what was written; some lag longer, and are looked at again."""
TOKEN_SPARE_SECONDS = 30
"""An access token is renewed so long before it is over."""

WAITS = random.Random(os.environ.get("STANDIN_SEED"))
"""What waits are drawn from; by the seed of a rehearsal, so that one is like the other."""

REPEATABLE = {"GET", "PUT", "DELETE"}
"""Methods that leave the same behind once as twice. After any other, look before you repeat."""

Json = dict
Result = TypeVar("Result")


class Lost(Exception):
    """No reply came, or none that says what was done: the call may have taken effect, or may not."""

    def __init__(self, reply: "Reply | None" = None):
        super().__init__("no reply" if reply is None else f"status {reply.status}")
        self.reply = reply


class GaveUp(Exception):
    """What was tried often enough."""


@dataclass
class Reply:
    status: int
    headers: Message = field(default_factory=Message)
    body: Json = field(default_factory=dict)

    def wait_seconds(self) -> float | None:
        """How long Retry-After says to wait: so many seconds, or until a date by the server's own clock."""
        told = self.headers.get("Retry-After")
        if told is None or told.isdigit():
            return told and float(told)
        here = self.headers.get("Date")
        now = parsedate_to_datetime(here).timestamp() if here else time.time()
        # Dates have no fractions: the server may be up to a second earlier than it says.
        return max(0.0, parsedate_to_datetime(told).timestamp() - now) + 1


class Client:
    """One credential's calls."""

    def __init__(self, vendor: str, api: str, credential: str, agent: str):
        self.url = os.environ[f"STANDIN_{vendor}_{api}_URL".upper()]
        self.credential = f"STANDIN_{vendor}_{credential}".upper()
        self.agent = agent
        self.connection: HTTPConnection | None = None
        self.token, self.token_ends = "", 0.0

    def call(self, method: str, path: str, body: Json | None = None) -> Reply:
        """A call, tried until there is an answer. Raises Lost where repeating it might do the work twice."""
        for tries in range(TRIES_MAX):
            token = self.fresh_token()
            try:
                reply = self.send(method, self.url + path, body, {"Authorization": f"Bearer {token}"})
                if reply.status >= 500 and reply.status != 501:
                    raise Lost(reply)
            except Lost as lost:
                if method not in REPEATABLE:
                    raise
                self.wait(lost.reply, tries)
                continue
            if reply.status == 429:
                self.wait(reply, tries)
            elif reply.status == 401:
                self.drop_token(token, tries)
            else:
                return reply
        raise GaveUp(f"{method} {path} after {TRIES_MAX} tries")

    def wait(self, reply: Reply | None, tries: int) -> None:
        """As long as the server says; else longer each time, and not in step with other clients."""
        told = reply.wait_seconds() if reply else None
        if told is None:
            time.sleep(BACKOFF_SECONDS * 2**tries * WAITS.uniform(0.8, 1.2))
        elif told > WAIT_SECONDS_MAX:
            raise GaveUp(f"told to wait {told:.0f} s")
        else:
            time.sleep(told + WAITS.uniform(0.01, 0.1))

    def fresh_token(self) -> str:
        """The token in force: kept for as long as it lives."""
        if not self.token or time.monotonic() > self.token_ends:
            self.token, lives_seconds = self.ask_token()
            self.token_ends = time.monotonic() + lives_seconds - TOKEN_SPARE_SECONDS
        return self.token

    def drop_token(self, dead: str, tries: int) -> None:
        """After a 401: does not come back with the dead token, but waits until there is another."""
        for more in range(TRIES_MAX):
            self.token = ""
            if self.fresh_token() != dead:
                return
            self.wait(None, tries + more)
        raise GaveUp("the token is dead, and there is no other")

    def ask_token(self) -> tuple[str, float]:
        """The token and for how many seconds it is good: from the secret store, or from the token endpoint."""
        if token := self.secret("TOKEN"):
            return token, float("inf")
        for tries in range(TRIES_MAX):
            # Read each time: the client's secret changes, too.
            pair = ":".join(quote(self.secret(it)) for it in ("CLIENT_ID", "CLIENT_SECRET"))
            basic = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
            try:
                # Asking twice does no harm: it makes two tokens.
                reply = self.send("POST", self.secret("TOKEN_URL"), {"grant_type": "client_credentials"}, basic)
            except Lost:
                reply = None
            if reply and reply.status == 200:
                return reply.body["access_token"], reply.body["expires_in"]
            if reply and reply.status == 400:
                raise GaveUp(f"no token: {json.dumps(reply.body)}")
            self.wait(reply, tries)
        raise GaveUp(f"no token after {TRIES_MAX} tries")

    def secret(self, what: str) -> str:
        """As the secret store has it now; else as it was at the start."""
        if file := os.environ.get(f"{self.credential}_{what}_FILE"):
            return Path(file).read_text().strip()
        return os.environ.get(f"{self.credential}_{what}", "")

    def send(self, method: str, url: str, body: Json | None, headers: dict[str, str]) -> Reply:
        """One try. Raises Lost unless a whole reply came in time."""
        at = urlsplit(url)
        headers |= {"User-Agent": self.agent, "Accept": "application/json, application/scim+json"}
        is_form = body is not None and "grant_type" in body
        if body is not None:
            form = "application/x-www-form-urlencoded"
            kind = form if is_form else "application/scim+json" if "schemas" in body else "application/json"
            headers["Content-Type"] = kind
        sent = None if body is None else urlencode(body) if is_form else json.dumps(body)
        try:
            if self.connection is None:
                made = HTTPSConnection if at.scheme == "https" else HTTPConnection
                self.connection = made(at.netloc, timeout=CALL_SECONDS_MAX)
            ends = time.monotonic() + CALL_SECONDS_MAX
            self.connection.request(method, at.path + (f"?{at.query}" if at.query else ""), sent, headers)
            with self.connection.getresponse() as reply:
                came = b""
                while part := reply.read1():
                    came += part
                    if time.monotonic() > ends:
                        raise TimeoutError
            if reply.length:
                raise IncompleteRead(came)
            return Reply(reply.status, reply.headers, json.loads(came) if came else {})
        except (OSError, HTTPException, ValueError) as error:
            if self.connection:
                self.connection.close()
                self.connection = None
            raise Lost from error


class Surface:
    """What a vendor calls things."""

    agent = "standin-good-sync/1.0"
    users, groups = "/Users", "/Groups"
    name = "userName"

    def __init__(self, vendor: str, api: str = "scim", credential: str = "scim", **corners):
        self.vendor, self.api, self.credential = vendor, api, credential
        self.__dict__.update(corners)


class Scim(Surface):
    """SCIM 2.0."""

    patches = True
    """Whether it takes PATCH; else PUT, of all there is."""
    forgets = False
    """Whether whoever is deactivated is deleted."""
    group_name = "displayName"
    makes_groups = True
    names_parts = True
    """Whether it keeps more of a name than how it is displayed, and e-mail addresses beside the user's name."""
    title = "displayName"

    def page(self, seen: int, size: int) -> Json:
        return {"startIndex": seen + 1, "count": size}

    def items(self, body: Json) -> list[Json]:
        return body.get("Resources", [])

    def total(self, body: Json) -> int:
        return body["totalResults"]

    def filter(self, name: str, value: str) -> Json:
        return {"filter": f"{name} eq {json.dumps(value)}"}

    def user(self, address: str, given: str, family: str) -> Json:
        user = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": address,
            "displayName": f"{given} {family}",
            "active": True,
        }
        parts = {
            "name": {"givenName": given, "familyName": family},
            "emails": [{"value": address, "type": "work", "primary": True}],
        }
        return user | (parts if self.names_parts else {})

    def group(self, name: str) -> Json:
        return {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": []}

    def change(self, found: Json, wanted: Json) -> tuple[str, Json]:
        """The method and body that make a record as wanted."""
        if not self.patches:
            return "PUT", {key: found[key] for key in found if key not in ("id", "meta", "groups")} | wanted
        operations = [
            {"op": "add" if key == "members" else "replace", "path": key, "value": value} for key, value in wanted.items()
        ]
        return "PATCH", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}


class Rest(Surface):
    """Cofense's REST API, version 2."""

    users, groups = "/users", "/groups"
    name = "email"
    forgets = False
    title = "title"

    def page(self, seen: int, size: int) -> Json:
        return {"page": seen // size + 1, "per_page": size}

    def items(self, body: Json) -> list[Json]:
        return body["users"] if "users" in body else body["groups"]

    def total(self, body: Json) -> int:
        # Groups come without one, all on one page for as long as there are fewer than asked for.
        return body.get("total", sys.maxsize)

    def filter(self, name: str, value: str) -> Json:
        return {name: value}

    def user(self, address: str, given: str, family: str) -> Json:
        return {"email": address, "firstName": given, "lastName": family, "active": True}

    def change(self, found: Json, wanted: Json) -> tuple[str, Json]:
        return "PUT", {key: found[key] for key in found if key not in ("id", "createdAt", "updatedAt")} | wanted


SURFACES = {
    "cofense": Rest("cofense", "rest", "api"),
    "cofense-scim": Scim("cofense", makes_groups=False),
    "coginiti": Scim("coginiti", patches=False),
    "cognism": Scim("cognism", agent="Okta SCIM Client 1.0.0"),
    "cosafe": Scim("cosafe", makes_groups=False, forgets=True, group_name="externalId", names_parts=False),
}


class Job:
    """The work, on one surface."""

    def __init__(self, client: Client, surface: Surface):
        self.client, self.surface = client, surface
        self.page_items = PAGE_ITEMS
        self.failed: list[str] = []

    def run(self) -> str:
        surface = self.surface
        before = [user for user in self.read(surface.users) if user["active"]]
        joiners = [surface.user(f"joiner{n}@example.com", "Joiner", f"Number {n}") for n in range(9)]
        # One of them was here before, which the list of joiners does not say.
        joiners.append(surface.user(before[0][surface.name], "Returned", "Joiner"))
        changed, leavers = before[1:6], before[6:11]

        joined = [user for joiner in joiners if (user := self.tried(self.onboard, joiner))]
        for user in changed:
            self.tried(self.settle, surface.users, user, {surface.title: "Moved"})
        for user in leavers:
            self.tried(self.leave, user)
        self.tried(self.join_group, joined)

        wanted = {joiner[surface.name]: {"active": True} for joiner in joiners}
        wanted |= {user[surface.name]: {surface.title: "Moved"} for user in changed}
        wanted |= {user[surface.name]: {"active": False} for user in leavers}
        self.tried(self.compare, wanted)
        if self.failed:
            raise GaveUp("; ".join(self.failed))
        return f"{len(before)} users read; {len(joiners)} joined, {len(changed)} changed, {len(leavers)} left"

    def tried(self, step: Callable[..., Result], *arguments: object) -> Result | None:
        """A step of the job. One that fails is told at the end, and does not keep the others from being done."""
        try:
            return step(*arguments)
        except GaveUp as error:
            self.failed.append(str(error))
            return None

    def read(self, path: str) -> list[Json]:
        """A whole list, page by page: goes on by what came, whatever was asked for, until all of it is there."""
        found: dict[str, Json] = {}
        while True:
            size = self.page_items
            page = self.call("GET", f"{path}?{urlencode(self.surface.page(len(found), size))}").body
            items = self.surface.items(page)
            known = len(found)
            found |= {item["id"]: item for item in items}
            if not items or len(found) >= self.surface.total(page):
                return list(found.values())
            if len(items) < size:
                # The server gives less than was asked for: no page is asked to be longer from here on.
                self.page_items = len(items)
            elif len(found) == known:
                raise GaveUp(f"{path} shows the same page again")

    def find(self, path: str, name: str, value: str) -> Json | None:
        """The one record of a name. A filter may be ignored: only what has the name is a match."""
        page = self.call("GET", f"{path}?{urlencode(self.surface.filter(name, value))}").body
        same = [item for item in self.surface.items(page) if str(item.get(name)).lower() == value.lower()]
        if not same and 0 < len(self.surface.items(page)) < self.surface.total(page):
            # The filter was ignored, and this is but the first page of everything.
            same = [item for item in self.read(path) if str(item.get(name)).lower() == value.lower()]
        return same[0] if same else None

    def onboard(self, joiner: Json) -> Json:
        """Sees to it that somebody is there, once, and as wanted."""
        return self.make(self.surface.users, self.surface.name, joiner)

    def make(self, path: str, name: str, wanted: Json) -> Json:
        """The record as wanted: looked up, made where there is none, looked up again after a lost answer or a 409."""
        is_there = False
        for tries in range(TRIES_MAX):
            found = self.find(path, name, wanted[name])
            if found:
                return self.settle(path, found, {key: wanted[key] for key in wanted if key not in (name, "schemas")})
            if is_there:
                # Lists may lag behind what was written.
                self.client.wait(None, tries)
                continue
            try:
                reply = self.call("POST", path, wanted, or_else=(409,))
            except Lost as lost:
                self.client.wait(lost.reply, tries)
                continue
            if reply.status != 409:
                return reply.body
            is_there = True
        raise GaveUp(f"{wanted[name]} can neither be made nor found")

    def settle(self, path: str, found: Json, wanted: Json) -> Json:
        """A record that is there, made as wanted. After a lost answer it is looked at before the change is repeated."""
        for tries in range(TRIES_MAX):
            lacking = {key: value for key, value in wanted.items() if not has(found.get(key), value)}
            if not lacking:
                return found
            method, body = self.surface.change(found, lacking)
            try:
                reply = self.call(method, f"{path}/{found['id']}", body, or_else=(404,))
                if reply.status == 404 and wanted.get("active") is False:
                    return found
                return reply.body or found | wanted
            except Lost as lost:
                self.client.wait(lost.reply, tries)
                found = self.look(path, found)
                if found is None:
                    return {}
        raise GaveUp(f"{path}/{found['id']} cannot be changed")

    def look(self, path: str, known: Json) -> Json | None:
        """A record as it is now. Groups cannot be read by id everywhere, and are found by name."""
        if path == self.surface.groups:
            return self.find(path, self.surface.group_name, known[self.surface.group_name])
        reply = self.call("GET", f"{path}/{known['id']}", or_else=(404,))
        return reply.body if reply.status == 200 else None

    def leave(self, user: Json) -> None:
        """Deactivates: what the vendor keeps of the user may matter. Deleting is for ever."""
        self.settle(self.surface.users, user, {"active": False})

    def join_group(self, joined: list[Json]) -> None:
        """Puts all joiners into one group: one that is there, or a new one where the api makes groups."""
        surface = self.surface
        if isinstance(surface, Rest):
            group = self.read(surface.groups)[0]["id"]
            for user in joined:
                self.settle(surface.users, user, {"groups": [*user.get("groups", []), group]})
            return
        name = surface.group_name
        if surface.makes_groups:
            group = self.make(surface.groups, name, surface.group("Joiners"))
        else:
            group = self.read(surface.groups)[0]
        members = [{"value": user["id"]} for user in joined]
        if not surface.patches:
            members = group.get("members", []) + members
        self.settle(surface.groups, group, {"members": members})

    def compare(self, wanted: dict[str, Json]) -> None:
        """Reads all again, and is content when all is as wanted. Lists may lag: looks more than once before it complains."""
        for _ in range(LOOKS_MAX):
            time.sleep(LAG_SECONDS)
            users = self.read(self.surface.users)
            named = {user[self.surface.name].lower(): user for user in users}
            if len(named) < len(users):
                raise GaveUp("somebody is there twice")
            wrong = [name for name, want in wanted.items() if not self.is_so(named.get(name.lower()), want)]
            if not wrong:
                return
        raise GaveUp(f"not as wanted: {', '.join(wrong)}")

    def is_so(self, user: Json | None, want: Json) -> bool:
        if user is None:
            return self.surface.forgets and want.get("active") is False
        return all(has(user.get(key), value) for key, value in want.items())

    def call(self, method: str, path: str, body: Json | None = None, or_else: tuple[int, ...] = ()) -> Reply:
        """A call that is to succeed, or to be refused in a way that the caller knows what to do about."""
        reply = self.client.call(method, path, body)
        if reply.status < 300 or reply.status in or_else:
            return reply
        raise GaveUp(f"{method} {path}: {reply.status} {json.dumps(reply.body)}")


def has(got: object, wanted: object) -> bool:
    """Whether all that is wanted is there; what is there beside it does not matter."""
    if isinstance(wanted, list):
        return isinstance(got, list) and all(any(has(one, want) for one in got) for want in wanted)
    if isinstance(wanted, dict):
        return isinstance(got, dict) and all(has(got.get(key), value) for key, value in wanted.items())
    return got == wanted


def main(client: type[Client] = Client, job: type[Job] = Job, surface: str = "cofense") -> None:
    """Runs a job on the surface that the command line names, and ends the process."""
    surface = sys.argv[1] if len(sys.argv) > 1 else surface
    if surface not in SURFACES:
        sys.exit(f"{surface} is none of {', '.join(SURFACES)}")
    at = SURFACES[surface]
    try:
        done = job(client(at.vendor, at.api, at.credential, at.agent), at).run()
    except (GaveUp, Lost) as error:
        sys.exit(f"{surface}: {error}")
    print(f"{surface}: {done}")


if __name__ == "__main__":
    main()
