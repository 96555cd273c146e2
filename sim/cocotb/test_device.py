"""One pytest test for each cocotb test of regressions.py."""

import os
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "build" / "cocotb"
NAMES = re.findall(r"@cocotb\.test\(\)\nasync def (\w+)", (HERE / "regressions.py").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_device(device, name):
    path = os.pathsep.join([str(HERE), str(OUT / "f1/host"), os.environ.get("PYTHONPATH", "")])
    device.test(
        hdl_toplevel="bench",
        test_module="regressions",
        test_filter=f"\\b{name}$",
        extra_env={"PYTHONPATH": path, "COCOTB_ANSI_OUTPUT": "0"},
        results_xml=str(OUT / f"{name}.xml"),
    )
