"""Takes the first page of a list for all of it."""

from urllib.parse import urlencode

from good import Job, Json, main


class Hurried(Job):
    def read(self, path: str) -> list[Json]:
        return self.surface.items(self.call("GET", f"{path}?{urlencode(self.surface.page(0, 25))}").body)

    def compare(self, wanted: dict[str, Json]) -> None:
        pass


main(job=Hurried)
