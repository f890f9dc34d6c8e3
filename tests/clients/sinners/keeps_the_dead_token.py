"""Hopes that a token that was refused will do next time, and looks for another only when it has not."""

from good import Client, main


class Faithful(Client):
    def drop_token(self, dead: str, tries: int) -> None:
        if tries < 2:
            self.wait(None, tries)
        else:
            super().drop_token(dead, tries)


main(Faithful)
