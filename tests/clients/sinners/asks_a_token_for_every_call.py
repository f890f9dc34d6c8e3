"""Asks for an access token for each call, and throws it away afterwards."""

from good import Client
from good_oauth import main


class Forgetful(Client):
    def fresh_token(self) -> str:
        self.token = ""
        return super().fresh_token()


main(Forgetful)
