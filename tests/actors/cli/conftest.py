from pathlib import Path

import pytest

from tests.actors.cli.commands import Commands


@pytest.fixture
def tictac(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(tmp_path / "var", capsys)
