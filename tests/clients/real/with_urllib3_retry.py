"""requests with urllib3's Retry, which requests leaves to whoever wants it: with the list of statuses that its documentation
names, and its own choice of methods (no POST) and of heeding Retry-After."""

import requests
from job import HEADERS, TIMEOUT_SECONDS, run
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

session = requests.Session()
session.headers.update(HEADERS)
session.mount("http://", HTTPAdapter(max_retries=Retry(total=6, backoff_factor=0.2, status_forcelist=[429, 502, 503, 504])))


def call(method: str, url: str, **more) -> dict:
    reply = session.request(method, url, timeout=TIMEOUT_SECONDS, **more)
    reply.raise_for_status()
    return reply.json()


run(call)
