#!/usr/bin/env python3
"""A job that behaves well behind OAuth: asks for an access token, reads a list, and then each of its first records.

    standin rehearse bad-day --profiles tests/vendors --vendors rookery -- python3 tests/clients/good_oauth.py

Of the vendors that ship only one has a token endpoint, and nothing to read behind it: this is the made-up vendor of
`tests/vendors/rookery.yaml`.
"""

import good
from good import Client, Job, Json, Surface

RECORDS = 20
"""How many records are read one by one."""


class Partners(Surface):
    """Rookery's api for partners, read only; a list comes whole."""

    users = "/roster"

    def page(self, seen: int, size: int) -> Json:
        return {}

    def items(self, body: Json) -> list[Json]:
        return [{"id": person["ref"], **person} for person in body["people"]]

    def total(self, body: Json) -> int:
        return body["of"]


class Reading(Job):
    def run(self) -> str:
        people = self.read(self.surface.users)[:RECORDS]
        for person in people:
            self.call("GET", f"{self.surface.users}/{person['id']}")
        return f"{len(people)} people read one by one"


good.SURFACES["rookery"] = Partners("rookery", "partners", "partner")


def main(client: type[Client] = Client) -> None:
    good.main(client, Reading, "rookery")


if __name__ == "__main__":
    main()
