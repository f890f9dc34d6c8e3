"""Takes the first of what a filter returned for the one it asked for."""

from urllib.parse import urlencode

from good import Job, Json, main


class Trusting(Job):
    def find(self, path: str, name: str, value: str) -> Json | None:
        page = self.call("GET", f"{path}?{urlencode(self.surface.filter(name, value))}").body
        return next(iter(self.surface.items(page)), None)


# Coginiti ignores filters other than that of the user's name.
main(job=Trusting, surface="coginiti")
