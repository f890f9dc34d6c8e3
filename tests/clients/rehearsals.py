"""Rehearses each client, and holds the report against what is known of the client.

    python tests/clients/rehearsals.py STANDIN_BINARY REQWEST_RETRY_CLIENT

The interpreter must have what `requirements.txt` lists.
"""

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

HERE = Path(__file__).parent
AT_ONCE = 4
"""How many rehearsals run side by side: they mostly wait."""
REHEARSAL_SECONDS_MAX = 90

# What a bad day brings about for any vendor, and a client that behaves well keeps.
ANY_BAD_DAY = "waits_as_told backs_off bounds_retries drops_dead_tokens looks_before_repeating"
PAGED = "reads_every_page heeds_page_caps"
URLS = "keeps_secrets_out_of_urls"
OAUTH = ["--profiles", str(HERE.parent / "vendors"), "--vendors", "rookery"]

GOOD = {
    "cofense": f"{ANY_BAD_DAY} {PAGED} deactivates {URLS}",
    "cofense-scim": f"{ANY_BAD_DAY} {PAGED} deactivates {URLS}",
    "coginiti": f"{ANY_BAD_DAY} {PAGED} checks_matches {URLS}",
    # It knows no pages.
    "cognism": f"{ANY_BAD_DAY} {URLS}",
    "cosafe": f"{ANY_BAD_DAY} {PAGED} {URLS}",
}

SINNERS = {
    "ignores_retry_after": "waits_as_told",
    "retries_at_once": "backs_off",
    "retries_for_ever": "bounds_retries",
    "keeps_the_dead_token": "drops_dead_tokens",
    "asks_a_token_for_every_call": "reuses_tokens",
    "stops_at_page_one": "reads_every_page",
    "asks_for_five_thousand": "heeds_page_caps",
    "gives_up_on_a_conflict": "survives_conflicts",
    "doubles_after_a_lost_reply": "looks_before_repeating",
    "takes_the_first_match": "checks_matches",
    "deletes_leavers": "deactivates",
    "puts_the_token_into_the_query": "keeps_secrets_out_of_urls",
}

# What other people's clients break, by scenario; with a `?` what they break on most runs, as they draw their waits.
# docs/report.md tells why, as read from their journals.
REAL = {
    ("requests", "rate-limit"): "waits_as_told ends_as_expected",
    ("requests", "bad-day"): "waits_as_told drops_dead_tokens heeds_page_caps ends_as_expected",
    ("urllib3_retry", "rate-limit"): "waits_as_told ends_as_expected",
    ("urllib3_retry", "bad-day"): "waits_as_told drops_dead_tokens heeds_page_caps ends_as_expected",
    ("tenacity", "rate-limit"): "waits_as_told",
    ("tenacity", "bad-day"): "waits_as_told drops_dead_tokens heeds_page_caps looks_before_repeating ends_as_expected",
    ("reqwest_retry", "rate-limit"): "waits_as_told",
    ("reqwest_retry", "bad-day"): "waits_as_told? drops_dead_tokens heeds_page_caps looks_before_repeating ends_as_expected",
    ("scim2_client", "rate-limit"): "waits_as_told ends_as_expected",
    ("scim2_client", "bad-day"): "waits_as_told drops_dead_tokens ends_as_expected",
}


@dataclass
class Rehearsed:
    """What came of a rehearsal."""

    code: int
    text: str
    """Standard output: the client's own, and the report."""
    told: str
    """Standard error: how it went."""
    report: dict
    junit: ElementTree.Element

    def rules(self, verdict: str) -> set[str]:
        """The rules that ended so for some client, and what was expected at the end."""
        of_clients = [one for client in self.report["clients"] for one in client["verdicts"]]
        return {one["conduct"] for one in of_clients + self.report["expected"] if one["verdict"] == verdict}

    def lasting(self) -> dict:
        """The report without what was measured in time."""
        return {key: value for key, value in self.report.items() if key not in ("span", "timeline")}


def rehearse(binary: str, scenario: str, client: list[str], *options: str) -> Rehearsed:
    # What a developer has picked for a client of their own must not change what is tested.
    own = {name: value for name, value in os.environ.items() if not name.startswith("STANDIN_")}
    surroundings = own | {"PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1", "NO_PROXY": "127.0.0.1"}
    with TemporaryDirectory() as folder:
        json_file, junit_file = Path(folder, "report.json"), Path(folder, "report.xml")
        files = ["--json", str(json_file), "--junit", str(junit_file)]
        command = [binary, "rehearse", scenario, *options, *files, "--", *client]
        ended = run(command, env=surroundings, capture_output=True, text=True, timeout=REHEARSAL_SECONDS_MAX)
        assert ended.returncode in (0, 1), f"{' '.join(command)} ended with {ended.returncode}: {ended.stderr}"
        (only,) = json.loads(json_file.read_text())["runs"]
        report = only["report"]
        return Rehearsed(ended.returncode, ended.stdout, ended.stderr, report, ElementTree.parse(junit_file).getroot())


def same(what: str, got: object, wanted: object, by: Rehearsed) -> None:
    assert got == wanted, f"{what}: {got}, not {wanted}\n{by.told}\n{by.text}"


def check_good(binary: str, surface: str) -> None:
    done = rehearse(binary, "bad-day", [sys.executable, str(HERE / "good.py"), surface])
    same("exit code", done.code, 0, done)
    same("broken", done.rules("fail"), set(), done)
    # Whether a create meets a conflict depends on how soon lists show the one whose answer was lost.
    kept = done.rules("pass") - {"ends_as_expected", "survives_conflicts"}
    same("kept", kept, set(GOOD[surface].split()), done)
    check_junit(done)


def check_good_oauth(binary: str) -> None:
    done = rehearse(binary, "bad-day", [sys.executable, str(HERE / "good_oauth.py")], *OAUTH)
    same("exit code", done.code, 0, done)
    same("broken", done.rules("fail"), set(), done)
    same("kept", {"reuses_tokens"} - done.rules("pass"), set(), done)


def check_sinner(binary: str, name: str) -> None:
    options = OAUTH if name == "asks_a_token_for_every_call" else []
    done = rehearse(binary, "bad-day", [sys.executable, str(HERE / "sinners" / f"{name}.py")], *options)
    same("exit code", done.code, 1, done)
    same("broken", done.rules("fail"), {SINNERS[name]}, done)
    same("named in the text", SINNERS[name] in done.text, True, done)
    check_junit(done)


def check_again(binary: str) -> None:
    """The same seed, the same report."""
    client = [sys.executable, str(HERE / "good.py")]
    first, second = (rehearse(binary, "bad-day", client, "--seed", "7") for _ in range(2))
    assert second.text == first.text, f"{first.text}\n{second.text}"
    assert second.lasting() == first.lasting(), "the texts are the same, and the reports are not"


def check_junit(done: Rehearsed) -> None:
    """As many cases as verdicts, a failure for each that failed. The schema is for `tests/outside/junit.py`."""
    verdicts = [one for client in done.report["clients"] for one in client["verdicts"]] + done.report["expected"]
    same("cases in JUnit", len(done.junit.findall("testsuite/testcase")), len(verdicts), done)
    failed = [one for one in verdicts if one["verdict"] == "fail"]
    same("failures in JUnit", len(done.junit.findall("testsuite/testcase/failure")), len(failed), done)


def check_real(binary: str, client: list[str], scenario: str, broken: str) -> None:
    done = rehearse(binary, scenario, client)
    wanted = {rule.rstrip("?") for rule in broken.split()}
    unsure = {rule.rstrip("?") for rule in broken.split() if rule.endswith("?")}
    same("broken", done.rules("fail") | unsure, wanted, done)
    same("exit code", done.code, 1 if broken else 0, done)


def main(binary: str, reqwest_retry: str) -> int:
    checks: dict[str, tuple[Callable[..., None], ...]] = {f"good.py {surface}": (check_good, surface) for surface in GOOD}
    checks |= {"good_oauth.py": (check_good_oauth,), "the same seed twice": (check_again,)}
    checks |= {f"sinners/{name}.py": (check_sinner, name) for name in SINNERS}
    if unknown := {path.stem for path in (HERE / "sinners").glob("*.py")} ^ set(SINNERS):
        sys.exit(f"what does {', '.join(sorted(unknown))} do wrong? say so in {__file__}")
    for (name, scenario), broken in REAL.items():
        script = HERE / "real" / f"with_{name}.py"
        client = [sys.executable, str(script)] if script.exists() else [reqwest_retry]
        checks[f"{name} on {scenario}"] = (check_real, client, scenario, broken)

    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as side_by_side:
        running = {what: side_by_side.submit(check, binary, *more) for what, (check, *more) in checks.items()}
        for what, check in running.items():
            error = check.exception()
            failed += error is not None
            print(f"{'FAILED' if error else 'ok':6} {what}", flush=True)
            if error:
                print(f"{type(error).__name__}: {error}")
    print(f"{len(checks)} rehearsals, {failed} not as they should be")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
