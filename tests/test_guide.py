"""The guide is gone through from its first block to its last: files are written, commands run, their output compared.

``python tests/test_guide.py`` writes what the commands print today into its ``console`` blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from test_readme import BLOCK, ROOT, printed

GUIDE = ROOT / "docs/guide.md"
_FILE = re.compile(r"`([\w-]+(?:\.[\w-]+)*\.(?:jsonl|yaml))`")


def walked(text: str, folder: Path, output: Callable[[str, str], str]) -> str:
    """The guide with the output of each command as ``output`` has it, which is given what it shows and what it is."""
    name = ""
    end = 0
    parts = []
    for block in BLOCK.finditer(text):
        name = [name, *_FILE.findall(text[end : block.start()])][-1]
        parts.append(text[end : block.start()])
        end = block.end()
        if block[1] in ("jsonl", "yaml"):
            (folder / name).write_text(block[2], "utf-8")
            parts.append(block[0])
            continue
        assert block[1] == "console"
        command, _, shown = block[2].partition("\n")
        now = output(shown.strip("\n"), printed(command.removeprefix("$ "), folder))
        parts.append(f"```console\n{command}\n{now}\n```" if now else f"```console\n{command}\n```")
    return "".join([*parts, text[end:]])


def test_the_guide_leads_from_a_broken_file_to_a_clean_one(tmp_path: Path) -> None:
    seen = []

    def compared(shown: str, now: str) -> str:
        assert now == shown, "Run: python tests/test_guide.py"
        seen.append(now)
        return now

    walked(GUIDE.read_text("utf-8"), tmp_path, compared)
    assert "errors would make the import fail" in seen[0]
    assert "Ready to upload" in seen[-2]
    assert "not decided here" not in seen[-2]
    assert (tmp_path / "report.html").is_file()


def main() -> None:
    """Fill the console blocks."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        GUIDE.write_text(walked(GUIDE.read_text("utf-8"), Path(folder), lambda _, now: now), "utf-8")


if __name__ == "__main__":
    main()
