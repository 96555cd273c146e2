"""The hermes device in a cloud shell, as Python sees it: BAR0, a BAR with nothing behind it, BAR4, interrupts, resets."""

import logging
import random
import struct

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge, with_timeout
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiMaster, AxiResp

import hermes as reg  # the constants that were generated with the device

PROGRAM, DATA = 0, 1
REQUEST_SLOT, RELEASE_SLOT, RUN = 0x00, 0x01, 0x80
SUCCESS, NO_SPACE, BAD_PROGRAM_SLOT, BAD_DATA_SLOT, BAD_ADDRESS, PROGRAM_ERROR, BAD_OPCODE = range(7)
ENGINES = reg.HERMES_EHENG_VALUE
SLOTS = {PROGRAM: reg.HERMES_EHPSLOT_VALUE, DATA: reg.HERMES_EHDSLOT_VALUE}
SLOT_BYTES = {PROGRAM: reg.HERMES_EHPSSZE_VALUE, DATA: reg.HERMES_EHDSSZE_VALUE}
SLOT_BASE = {PROGRAM: reg.HERMES_EHPSOFF_VALUE, DATA: reg.HERMES_EHDSOFF_VALUE}


def slot_at(kind: int, slot: int) -> int:
    """Address of a slot in BAR4."""
    return SLOT_BASE[kind] + slot * SLOT_BYTES[kind]


def instruction(opcode: int, dst: int = 0, src: int = 0, off: int = 0, imm: int = 0) -> bytes:
    """One eBPF instruction of eight bytes."""
    return struct.pack("<BBhi", opcode, src << 4 | dst, off, imm)


MOV_IMM, ADD_IMM, ADD_REG, JNE_IMM, JA, EXIT, LOAD, STORE, ATOMIC = 0xB7, 0x07, 0x0F, 0x55, 0x05, 0x95, 0x79, 0x7B, 0xDB


class Response:
    """What EHCMDRES holds after a command."""

    def __init__(self, data: bytes):
        self.id, self.status, self.detail = struct.unpack("<HB5xQ", data)


class Host:
    """`await Host.start(dut, seed)` gives a device out of reset."""

    def __init__(self, dut, seed: int):
        self.dut = dut
        self.random = random.Random(seed)
        dut._log.info("seed %d", seed)
        for bus in ("ocl", "empty", "pcis"):
            logging.getLogger(f"cocotb.bench.{bus}").setLevel(logging.WARNING)
        self.ocl = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "ocl"), dut.clk, dut.rst_n, reset_active_level=False)
        self.empty = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "empty"), dut.clk, dut.rst_n, reset_active_level=False)
        # As the shell: at most 64 beats, within 4 KiB.
        self.dma = AxiMaster(
            AxiBus.from_prefix(dut, "pcis"), dut.clk, dut.rst_n, reset_active_level=False, max_burst_len=64
        )
        self.interrupts = [0] * 16
        self.acknowledges = True
        self._acknowledged = 0

    @classmethod
    async def start(cls, dut, seed: int = 1) -> "Host":
        dut.rst_n.value = 0
        dut.irq_ack.value = 0
        dut.flr_assert.value = 0
        cocotb.start_soon(Clock(dut.clk, 4, "ns").start())
        host = cls(dut, seed)
        await ClockCycles(dut.clk, 10)
        dut.rst_n.value = 1
        await ClockCycles(dut.clk, 10)
        cocotb.start_soon(host._watch_interrupts())
        return host

    async def _watch_interrupts(self) -> None:
        while True:
            await self.dut.irq_req.value_change
            lines = int(self.dut.irq_req.value)
            for line in range(16):
                self.interrupts[line] += lines >> line & 1
            if lines and self.acknowledges:
                cocotb.start_soon(self.acknowledge(lines))

    async def acknowledge(self, lines: int) -> None:
        """The shell's answer to requests, a pulse some cycles later."""
        await ClockCycles(self.dut.clk, 3)
        self._acknowledged |= lines
        self.dut.irq_ack.value = self._acknowledged
        await ClockCycles(self.dut.clk, 1)
        self._acknowledged &= ~lines
        self.dut.irq_ack.value = self._acknowledged

    def pause(self, share: float) -> None:
        """Lets every channel pause in that share of the cycles."""

        def pauses():
            while True:
                yield self.random.random() < share

        for master in (self.ocl, self.dma):
            write, read = master.write_if, master.read_if
            for channel in (write.aw_channel, write.w_channel, write.b_channel, read.ar_channel, read.r_channel):
                channel.set_pause_generator(pauses())

    async def read(self, offset: int, length: int = 4) -> bytes:
        answer = await with_timeout(self.ocl.read(offset, length), 100, "us")
        assert answer.resp == AxiResp.OKAY
        return answer.data

    async def read32(self, offset: int) -> int:
        return int.from_bytes(await self.read(offset), "little")

    async def write(self, offset: int, data: bytes) -> None:
        answer = await with_timeout(self.ocl.write(offset, data), 100, "us")
        assert answer.resp == AxiResp.OKAY

    async def dma_write(self, address: int, data: bytes, **options) -> None:
        answer = await with_timeout(self.dma.write(address, data, **options), 1000, "us")
        assert answer.resp == AxiResp.OKAY, hex(address)

    async def dma_read(self, address: int, length: int, **options) -> bytes:
        answer = await with_timeout(self.dma.read(address, length, **options), 1000, "us")
        assert answer.resp == AxiResp.OKAY, hex(address)
        return answer.data

    async def ring(self, engine: int, opcode: int, id: int = 0, byte8: int = 0, byte9: int = 0, length: int = 0) -> None:
        """Writes a command and its doorbell."""
        request = struct.pack("<BxH4xBB2xI16x", opcode, id, byte8, byte9, length)
        await self.write(reg.HERMES_EHCMDREQ_OFFSET(engine), request)
        await self.write(reg.HERMES_EHCMDCTRL_OFFSET(engine), b"\x01")

    async def is_done(self, engine: int) -> bool:
        execute, done = (await self.read(reg.HERMES_EHCMDCTRL_OFFSET(engine)))[:2]
        assert execute + done == 1, "EHCMDEXEC falls as EHCMDDONE rises"
        return done == 1

    async def finish(self, engine: int) -> Response:
        for _ in range(2000):
            if await self.is_done(engine):
                return Response(await self.read(reg.HERMES_EHCMDRES_OFFSET(engine), 16))
        raise TimeoutError(f"the command of engine {engine} does not end")

    async def command(self, engine: int, opcode: int, **fields) -> Response:
        await self.ring(engine, opcode, **fields)
        return await self.finish(engine)

    async def request(self, kind: int, engine: int = 0) -> int:
        response = await self.command(engine, REQUEST_SLOT, byte8=kind)
        assert response.status == SUCCESS
        return response.detail

    async def load(self, program: bytes, engine: int = 0) -> int:
        slot = await self.request(PROGRAM, engine)
        await self.dma_write(slot_at(PROGRAM, slot), program)
        return slot

    async def reset(self) -> None:
        """Function-level reset, as the shell does it."""
        self.dut.flr_assert.value = 1
        await with_timeout(RisingEdge(self.dut.flr_done), 100, "us")
        await RisingEdge(self.dut.clk)
        self.dut.flr_assert.value = 0
        await ClockCycles(self.dut.clk, 5)
