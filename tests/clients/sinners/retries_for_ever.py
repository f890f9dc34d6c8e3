"""Does not give up, though it waits a little longer each time; only the end of the test ends it."""

import time

import good
from good import Client, Reply, main

good.TRIES_MAX = 30


class Stubborn(Client):
    def wait(self, reply: Reply | None, tries: int) -> None:
        if reply and reply.wait_seconds() is not None:
            super().wait(reply, tries)
        else:
            time.sleep(0.05 * 1.1**tries)


main(Stubborn)
