"""requests behind tenacity, by its documentation's recipe: tries everything again, with exponential waits and an end."""

import requests
from job import HEADERS, TIMEOUT_SECONDS, run
from tenacity import retry, stop_after_attempt, wait_exponential

session = requests.Session()
session.headers.update(HEADERS)


@retry(wait=wait_exponential(multiplier=0.1, max=10), stop=stop_after_attempt(6), reraise=True)
def call(method: str, url: str, **more) -> dict:
    reply = session.request(method, url, timeout=TIMEOUT_SECONDS, **more)
    reply.raise_for_status()
    return reply.json()


run(call)
