"""requests by itself: tries nothing twice."""

import requests
from job import HEADERS, TIMEOUT_SECONDS, run

session = requests.Session()
session.headers.update(HEADERS)


def call(method: str, url: str, **more) -> dict:
    reply = session.request(method, url, timeout=TIMEOUT_SECONDS, **more)
    reply.raise_for_status()
    return reply.json()


run(call)
