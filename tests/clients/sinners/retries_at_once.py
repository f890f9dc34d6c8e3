"""Tries again at once where nobody says how long to wait; only when that has not helped three times does it wait."""

from good import Client, Reply, main


class Hasty(Client):
    def wait(self, reply: Reply | None, tries: int) -> None:
        if tries >= 3 or (reply and reply.wait_seconds() is not None):
            super().wait(reply, tries)


main(Hasty)
