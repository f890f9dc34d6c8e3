"""scim2-client on the compliant vendor, with the models that it brings: tries nothing twice."""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from httpx2 import Client
from job import CHANGED, JOINERS, LEAVERS, PAGE_ITEMS, TIMEOUT_SECONDS, WORK_SECONDS
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import EnterpriseUser, ResourceType, ScimProvider, SearchRequest, User

Person = User[EnterpriseUser]
http = Client(
    base_url=os.environ["STANDIN_SCIM_SCIM_URL"],
    headers={"Authorization": f"Bearer {os.environ['STANDIN_SCIM_SCIM_TOKEN']}"},
    timeout=TIMEOUT_SECONDS,
    trust_env=False,
)
provider = ScimProvider(models=[User, EnterpriseUser], resource_types=[ResourceType.from_resource(Person)])
scim = SyncSCIMClient(http, provider=provider)
failed: list[str] = []


def tried(what: str, call: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    time.sleep(WORK_SECONDS)
    try:
        return call(*arguments, **more)
    except Exception as error:
        failed.append(f"{what}: {type(error).__name__}")
        return None


users: list[Any] = []
while True:
    asked = SearchRequest(start_index=len(users) + 1, count=PAGE_ITEMS)
    page = tried("query", scim.query, Person, query_parameters=asked)
    if page is None:
        break
    users += page.resources or []
    if not page.resources or len(users) >= page.total_results:
        break
for n in range(JOINERS):
    tried("create", scim.create, Person(user_name=f"joiner{n}@example.com", display_name=f"Joiner {n}", active=True))
active = [user for user in users if user.active]
for user in active[:CHANGED]:
    user.title = "Moved"
    tried("replace", scim.replace, user)
for user in active[CHANGED : CHANGED + LEAVERS]:
    user.active = False
    tried("replace", scim.replace, user)
print(f"{len(users)} users read; {len(failed)} calls failed{''.join(f'{chr(10)}  {line}' for line in failed)}")
sys.exit(1 if failed else 0)
