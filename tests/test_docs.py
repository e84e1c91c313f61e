"""The programs in the documentation run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import torchlike

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs" / "notes").glob("*.md")),
    *sorted((ROOT / "docs" / "tutorials").glob("*.md")),
]
PROGRAMS = sorted((ROOT / "docs" / "examples").glob("*.py"))
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def run(program, folder, *command, options=()):
    """Run a program in an empty folder; return its output."""
    process = subprocess.run(
        [sys.executable, *command, str(program), *options],
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(torchlike.__file__).parent.parent)},
        text=True,
        timeout=120,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_on_page_runs(page, tmp_path):
    text = page.read_text(encoding="utf-8")
    program = tmp_path / "program.py"
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    program.write_text("\n".join(blocks), encoding="utf-8")
    run(program, tmp_path)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_example_runs(path, tmp_path):
    assert run(path, tmp_path, "-m", "torchlike", "run")


def test_example_from_2017_learns(tmp_path):
    program = ROOT / "docs" / "examples" / "from_2017.py"
    output = run(program, tmp_path, "-m", "torchlike", "run")
    assert float(output.split()[-1]) > 0.9


def test_char_rnn_learns(tmp_path):
    program = ROOT / "docs" / "examples" / "char_rnn.py"
    options = "--steps", "60", "--hidden", "64"
    output = run(program, tmp_path, "-m", "torchlike", "run", options=options)
    losses = [float(loss) for loss in re.findall(r"loss ([0-9.]+)", output)]
    assert losses[-1] < 3  # chance is 4.1
    assert "Shall I " in output


def test_hogwild_learns(tmp_path):
    output = run(ROOT / "docs" / "examples" / "hogwild.py", tmp_path)
    assert [output.count(f"process {rank}, epoch 5: ") for rank in range(4)] == [1] * 4
    assert float(output.split()[-1]) > 0.8  # about 0.9, by chance


@pytest.mark.parametrize(
    "page",
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_lead_somewhere(page):
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_readme_opens_with_the_two_commands():
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGES[0].read_text(), re.M | re.S)
    assert blocks[:2] == [
        'pip install ".[demo]" && torchlike demo\n',
        'pip install ".[test]" && python -m pytest tests\n',
    ]
