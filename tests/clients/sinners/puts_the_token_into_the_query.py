"""Shows its token in the URL as well, where proxies and logs keep it."""

from good import Client, Json, Reply, main


class Careless(Client):
    def send(self, method: str, url: str, body: Json | None, headers: dict[str, str]) -> Reply:
        return super().send(method, f"{url}{'&' if '?' in url else '?'}access_token={self.token}", body, headers)


main(Careless)
