"""Asks for 5,000 a page, and takes what comes for the whole list: fewer came than were asked for."""

from urllib.parse import urlencode

from good import Job, Json, main


class Greedy(Job):
    def read(self, path: str) -> list[Json]:
        found: list[Json] = []
        while True:
            page = self.call("GET", f"{path}?{urlencode(self.surface.page(len(found), 5000))}").body
            found += self.surface.items(page)
            if len(self.surface.items(page)) < 5000:
                return found

    def compare(self, wanted: dict[str, Json]) -> None:
        pass


main(job=Greedy)
