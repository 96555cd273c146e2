"""One pytest test for each cocotb test of regressions.py, in each shell."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NAMES = re.findall(r"@cocotb\.test\(\)\nasync def (\w+)", (HERE / "regressions.py").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_device(device, name, monkeypatch):
    runner, out = device
    # The runner gives its own path to the simulation.
    for folder in (HERE, out / "generated/host"):
        monkeypatch.syspath_prepend(str(folder))
    runner.test(
        hdl_toplevel="bench",
        test_module="regressions",
        test_filter=f"\\b{name}$",
        extra_env={"COCOTB_ANSI_OUTPUT": "0"},
        results_xml=str(out / f"{name}.xml"),
    )
