"""Creates without looking first, and leaves it at that when the record is there already."""

from good import Job, Json, Lost, main


class Easily(Job):
    def onboard(self, joiner: Json) -> Json:
        try:
            reply = self.call("POST", self.surface.users, joiner, or_else=(409,))
        except Lost:
            return super().onboard(joiner)
        return reply.body if reply.status < 300 else {}

    def join_group(self, joined: list[Json]) -> None:
        super().join_group([user for user in joined if user])

    def compare(self, wanted: dict[str, Json]) -> None:
        pass


main(job=Easily)
