"""Comes back when it thinks best, whatever Retry-After says."""

from good import Client, Reply, main


class Impatient(Client):
    def wait(self, reply: Reply | None, tries: int) -> None:
        super().wait(None, tries)


main(Impatient)
