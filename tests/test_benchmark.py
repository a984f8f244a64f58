"""The benchmark's own parts, on small files: what it measures, computes, writes, and does not hide."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from benchmarks import __main__ as command
from benchmarks import judges, measure, moments, targets
from benchmarks.cases import CASES
from benchmarks.figures import Figures, Held, Settings, begun, keep, resumed
from benchmarks.files import DataFile, provide, sliced
from benchmarks.judges import JUDGES, Judge
from benchmarks.measure import Measured, WrongResult
from benchmarks.moments import Moments
from benchmarks.plot import plot
from benchmarks.processes import Cost, first_output, run_of
from benchmarks.results import results

ROOT = Path(__file__).parents[1]
PYTHON_JUDGES = ["orjson", "jsonschema-rs", "fastjsonschema", "jsonschema"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DataFile]:
    """Small files of some cases."""
    folder = tmp_path_factory.mktemp("data")
    return {name: provide(CASES[name], 300_000, folder) for name in ("batch", "naive", "dirty")}


def measured(case: str, files: dict[str, DataFile], folder: Path, *names: str, rounds: int = 2) -> list[Measured]:
    chosen = [JUDGES[name] for name in names]
    return measure.measure(CASES[case], files[case], chosen, rounds, folder, lambda _: None)


# --------------------------------------------------------------------------- measuring


def test_every_judge_has_a_figure_for_each_round(files: dict[str, DataFile], tmp_path: Path) -> None:
    found = measured("batch", files, tmp_path, "lines", "relations", "orjson", "jsonschema-rs")
    assert [one.judge for one in found] == ["lines", "relations", "orjson", "jsonschema-rs"]
    for one in found:
        assert not one.failure
        assert len(one.work) == len(one.whole) == len(one.cpu) == 2
        assert all(0 < work < whole for work, whole in zip(one.work, one.whole, strict=True))
        assert 5e6 < one.memory < 1e9
        assert one.size == files["batch"].bytes


@pytest.mark.parametrize("name", PYTHON_JUDGES)
def test_each_judge_tells_good_lines_from_bad_ones(name: str, files: dict[str, DataFile], tmp_path: Path) -> None:
    def told(case: str) -> dict[str, int]:
        file = sliced(files[case], 7).path
        output: dict[str, int] = json.loads(run_of(JUDGES[name].command(file), tmp_path).output)
        return output

    assert told("batch")["wrong"] == 0
    assert told("batch")["lines"] > 0
    naive = told("naive")
    assert naive["wrong"] == (0 if name == "orjson" else naive["lines"])


def test_a_judge_that_is_not_installed_is_told_not_dropped(files: dict[str, DataFile], tmp_path: Path) -> None:
    absent = JUDGES["orjson"]._replace(version=lambda: None, missing="pip install it")
    (found,) = measure.measure(CASES["batch"], files["batch"], [absent], 1, tmp_path, lambda _: None)
    assert found.failure == "not installed (pip install it)"
    assert not found.work


def test_a_judge_that_fails_is_told_not_dropped(files: dict[str, DataFile], tmp_path: Path) -> None:
    broken = JUDGES["orjson"]._replace(command=lambda _: [sys.executable, "-c", "raise SystemExit('no such option')"])
    broken = broken._replace(codes=(0, 0))
    (found,) = measure.measure(CASES["batch"], files["batch"], [broken], 1, tmp_path, lambda _: None)
    assert found.failure == "exit code 1: no such option"


def _says(said: dict[str, object]) -> Judge:
    code = f"print({json.dumps(said)!r})"
    return JUDGES["lines"]._replace(command=lambda _: [sys.executable, "-c", code])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"lines": 1}, "lines read 1 lines"),
        ({"entries": {"users": 1}}, "lines counted {'users': 1}"),
        ({"complete": False}, "lines counted"),
        ({"counts": {"users.data.max-items": 1}}, "1 findings in batch, not 0"),
    ],
)
def test_a_wrong_result_of_ours_stops_it(
    change: dict[str, object], complaint: str, files: dict[str, DataFile], tmp_path: Path
) -> None:
    file = files["batch"]
    right = {"seconds": 1.0, "lines": file.lines, "entries": file.entries, "counts": {}, "complete": True}
    assert measure.measure(CASES["batch"], file, [_says(right)], 1, tmp_path, lambda _: None)[0].work == [1.0]
    with pytest.raises(WrongResult, match=complaint):
        measure.measure(CASES["batch"], file, [_says(right | change)], 1, tmp_path, lambda _: None)


@pytest.mark.parametrize("case", ["naive", "dirty"])
def test_too_few_findings_stop_it(case: str, files: dict[str, DataFile], tmp_path: Path) -> None:
    file = files[case]
    said = {"seconds": 1.0, "lines": file.lines, "entries": file.entries, "counts": {"x": 1}, "complete": True}
    with pytest.raises(WrongResult, match=f"1 findings in {case}"):
        measure.measure(CASES[case], file, [_says(said)], 1, tmp_path, lambda _: None)


def test_the_seconds_of_a_slice_are_scaled_to_the_whole(files: dict[str, DataFile], tmp_path: Path) -> None:
    file = files["batch"]
    part = sliced(file, 7)
    said = {"seconds": 1.0, "lines": part.lines, "wrong": 0}
    one = _says(said)._replace(ours=False, slice=7)
    (found,) = measure.measure(CASES["batch"], file, [one], 1, tmp_path, lambda _: None)
    assert found.work == [pytest.approx(file.bytes / part.bytes)]
    assert found.pace == pytest.approx(part.bytes)


def test_the_time_of_a_first_line_is_taken_though_the_command_goes_on(tmp_path: Path) -> None:
    slow = "import time; time.sleep(0.2); print('first', flush=True); time.sleep(60)"
    assert 0.2 < first_output([sys.executable, "-c", slow], tmp_path) < 20
    with pytest.raises(RuntimeError, match="nothing was written: for a reason"):
        first_output([sys.executable, "-c", "raise SystemExit('for a reason')"], tmp_path)


def test_moments_are_measured(files: dict[str, DataFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []

    def cost(command: Sequence[str], _: Path) -> Cost:
        counts.append(Path(command[-3]).read_bytes().count(b'"id"'))
        return Cost(1.0, 50_000_000 + 60 * 1000 * len(counts), disk)

    monkeypatch.setattr(moments, "cost_of", cost)
    disk = 0
    found = moments.moments(
        files["batch"], files["naive"], keys=1000, rounds=1, temporary=tmp_path, tell=lambda _: None
    )
    assert found.importing < found.ten_lines
    assert found.first_finding > 0
    assert found.key_bytes == 60
    assert counts[1] == 2 * counts[0] > 0
    disk = 10**6
    with pytest.raises(RuntimeError, match="the keys went to the disk"):
        moments.moments(files["batch"], files["naive"], keys=1000, rounds=1, temporary=tmp_path, tell=lambda _: None)


# --------------------------------------------------------------------------- targets, page, picture


def figures(**paces: float) -> Figures:
    """Figures of batch with some paces in MB/s."""
    found = begun(Settings(rounds=3))
    found.held["batch"] = Held(300_000_000, 10, {"users": 1000}, 0)
    found.cases["batch"] = [
        Measured(name, 300_000_000, [300 / pace] * 3, [300 / pace + 0.2] * 3, [1.0] * 3, 100_000_000, 1000)
        for name, pace in paces.items()
    ]
    return found


def reached(told: str, of: Figures) -> tuple[str, bool]:
    (target,) = (target for target in targets.TARGETS if target.told == told)
    value = target.reached(of)
    assert value is not None
    return target.text(value), target.met(value)


@pytest.mark.parametrize(
    ("pace", "text", "met"), [(139.99, "1.39 ×", False), (140.0001, "1.40 ×", True), (205.01, "2.05 ×", True)]
)
def test_a_ratio_is_not_rounded_in_favour(pace: float, text: str, met: bool) -> None:
    told = reached("batch, rules of lines: pace of orjson", figures(lines=pace, orjson=100))
    assert told == (text, met)


def test_an_upper_limit_is_not_rounded_in_favour() -> None:
    found = figures(lines=1)
    found.cases["batch"][0].memory = 250_000_001
    assert reached("batch, rules of lines: memory", found) == ("251 MB", False)


@pytest.mark.parametrize(("seconds", "met"), [((1, 10, 100), True), ((1, 10, 120), False)])
def test_growth_is_the_time_of_twice_the_data(seconds: tuple[int, ...], met: bool) -> None:
    found = figures()
    for case, size, work in zip(("small", "batch", "huge"), (3e7, 3e8, 3e9), seconds, strict=True):
        found.cases[case] = [Measured("lines", int(size), [float(work)], [float(work)])]
    (target,) = (target for target in targets.TARGETS if target.told == "rules of lines: time of twice the data")
    value = target.reached(found)
    assert value == pytest.approx(2 * (1.2**0.30103 if not met else 1), rel=1e-4)
    assert target.met(value) is met


def test_the_page_says_what_is_met_what_not_and_what_was_not_measured() -> None:
    found = figures(lines=150, orjson=100)
    found.cases["batch"].append(Measured("ajv", failure="not installed (npm ci in benchmarks/node)"))
    page = results(found)
    assert "| batch, rules of lines: pace of orjson | ≥ 1.4 × | 1.50 × | met |" in page
    assert "| batch, rules of lines: pace of ajv | ≥ 4 × | not measured |  |" in page
    assert "| ajv |  |  | not installed (npm ci in benchmarks/node) |" in page
    assert "2 of 2 met, 19 not measured." in page
    found.moments = Moments(0.0701, 0.2, 3.0, 60.0, 1000)
    page = results(found)
    assert "| import of the package over a bare interpreter | ≤ 60 ms | 71 ms | **not met** |" in page
    assert "A trial" not in page


def test_a_trial_says_so() -> None:
    found = figures(lines=1)
    found.settings = Settings(30_000_000, 1)
    assert "**A trial: too little was measured to judge by it.**" in results(found)


def test_a_busy_machine_is_told() -> None:
    found = figures(lines=1)
    found.load = 0.1
    assert "Other work" not in results(found)
    found.load = 3.25
    assert "**Other work was done there meanwhile (load 3.2): times are longer than they need be.**" in results(found)


def test_the_committed_page_has_the_cases_and_targets_of_today() -> None:
    page = (ROOT / "benchmarks/results.md").read_text("utf-8")
    rows = [line.split(" | ")[:2] for line in page.splitlines() if re.search(r"^\| .* \| [≥≤] ", line)]
    assert rows == [
        [f"| {target.told}", f"{'≥' if target.at_least else '≤'} {target.wanted:g} {target.unit}"]
        for target in targets.TARGETS
    ]
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE)[2:] == [name.capitalize() for name in CASES]
    ElementTree.fromstring((ROOT / "benchmarks/pace.svg").read_text("utf-8"))


def test_no_page_names_a_place_of_the_machine() -> None:
    page = results(figures(lines=150, orjson=100))
    assert str(Path.home()) not in page
    assert sys.prefix not in page
    assert str(ROOT) not in page


def test_the_picture_is_well_formed_and_says_its_figures_as_text() -> None:
    found = figures(lines=150.0, orjson=100.0, jsonschema=0.5)
    root = ElementTree.fromstring(plot("Paces <of> ours", found.cases["batch"], 100e6))
    names = {element.get("id"): element.text for element in root if element.get("id")}
    assert names["title"] == "Paces <of> ours"
    assert (
        names["description"] == "stream-import: lines: 150 MB/s; orjson, parsing only: 100 MB/s; jsonschema: 0.5 MB/s."
    )
    assert root.get("role") == "img"
    bars = [element for element in root if element.tag.endswith("rect")]
    assert [bar.get("class") for bar in bars] == ["ours", "other", "other"]
    widths = [float(str(bar.get("width"))) for bar in bars]
    assert widths[1] / widths[0] == pytest.approx(100 / 150, rel=0.01)
    assert "prefers-color-scheme: dark" in str(ElementTree.tostring(root))


# --------------------------------------------------------------------------- the command


def test_figures_are_resumed_only_under_the_same_settings(tmp_path: Path) -> None:
    path, found = tmp_path / "figures.json", figures(lines=5)
    assert not resumed(path, found.settings).cases
    keep(found, path)
    assert resumed(path, found.settings) == found
    assert not resumed(path, Settings(rounds=4)).cases
    found.versions["orjson"] = "another"
    keep(found, path)
    assert not resumed(path, found.settings).cases
    path.write_bytes(b"{")
    assert not resumed(path, found.settings).cases


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--size", "3"], "--size is from 30"),
        (["--size", "301"], "to 300"),
        (["--rounds", "-1"], "--rounds is at least 1"),
        (["--only", "batch", "bath"], "there is no bath; there are batch, thin"),
    ],
)
def test_wrong_options_are_explained(words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        command.options_of(words)
    assert stop.value.code == 2
    assert complaint in capsys.readouterr().err


def test_the_command_measures_and_writes_beside_the_data(tmp_path: Path) -> None:
    words = ["--quick", "--only", "small", "lines", "--data", str(tmp_path / "data")]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "data" / "results.md").read_text(encoding="utf-8")
    assert page in done.stdout
    assert "## Small" in page
    kept = msgspec.json.decode((tmp_path / "data" / "figures-30MB-only.json").read_bytes(), type=Figures)
    assert [one.judge for one in kept.cases["small"]] == ["lines"]


def test_too_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("there is too little room")

    monkeypatch.setattr(command, "provide", full)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--quick", "--data", str(tmp_path)])
    with pytest.raises(SystemExit, match="it cannot go on: there is too little room"):
        command.main()


def test_packages_of_node_are_locked_without_the_host_they_came_from() -> None:
    folder = Path(judges.__file__).parent / "node"
    lock = json.loads((folder / "package-lock.json").read_bytes())
    package = json.loads((folder / "package.json").read_bytes())
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    assert all("integrity" in one and "resolved" not in one for name, one in lock["packages"].items() if name)
