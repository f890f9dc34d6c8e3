"""Deletes whoever leaves, and the training history with them."""

from good import Job, Json, main


class Thorough(Job):
    def leave(self, user: Json) -> None:
        self.call("DELETE", f"{self.surface.users}/{user['id']}", or_else=(404,))

    def compare(self, wanted: dict[str, Json]) -> None:
        super().compare({name: want for name, want in wanted.items() if want.get("active") is not False})


main(job=Thorough)
