"""What the device in a cloud shell does, seen from its buses. pytest runs these through test_device.py."""

import struct

import cocotb
from cocotb.triggers import ClockCycles, Combine

import hermes as reg
from host import (
    ADD_IMM, ADD_REG, ATOMIC, BAD_ADDRESS, BAD_DATA_SLOT, BAD_OPCODE, BAD_PROGRAM_SLOT, DATA, ENGINES, EXIT, JA, JNE_IMM,
    LOAD, MOV_IMM, NO_SPACE, PROGRAM, PROGRAM_ERROR, RELEASE_SLOT, REQUEST_SLOT, RUN, SLOT_BYTES, SLOTS, STORE, SUCCESS,
    Host, instruction, slot_at,
)  # fmt: skip
from cocotbext.axi import AxiResp

ENDLESS = instruction(JA, off=-1)


@cocotb.test()
async def register_map(dut):
    """Every register of the map reads what the map says, whatever is written to it."""
    host = await Host.start(dut)
    for name, value in vars(reg).items():
        if name.endswith("_VALUE") and isinstance(value, int):
            base = name.removesuffix("_VALUE")
            offset, size = getattr(reg, base + "_OFFSET", None), getattr(reg, base + "_BYTES", None)
            if offset is None:
                continue  # a field: it is read with its register
            await host.write(offset, b"\xff" * size)
            assert int.from_bytes(await host.read(offset, size), "little") == value, name
    text = await host.read(reg.HERMES_EHBLD_OFFSET, reg.HERMES_EHBLD_BYTES)
    assert text.rstrip(b"\0").decode() == "cocotb"


@cocotb.test()
async def requests_hold_every_byte(dut):
    host = await Host.start(dut)
    host.pause(0.3)
    expected = {}
    for engine in range(ENGINES):
        base = reg.HERMES_EHCMDREQ_OFFSET(engine)
        expected[base] = bytearray(32)
        for _ in range(60):
            at, length = host.random.randrange(32), host.random.randrange(1, 9)
            data = host.random.randbytes(length)[: 32 - at]
            await host.write(base + at, data)
            expected[base][at : at + len(data)] = data
    for base, data in expected.items():
        assert await host.read(base, 32) == data


@cocotb.test()
async def addresses_without_a_register(dut):
    """All of BAR0 answers, an empty BAR too, and neither looks like XDMA to a driver that probes it."""
    host = await Host.start(dut)
    for address in [0x48, 0xFFC, 0x1FFC, 0x2FFC, 0x5000, 0x1234_560 & ~3, reg.HERMES_BYTES - 4]:
        await host.write(address, b"\xff\xff\xff\xff")
        assert await host.read32(address) == 0, hex(address)
    for address in [0x0, 0x2000, 0x3000, 0x1F_FFFC]:
        assert int.from_bytes((await host.empty.read(address, 4)).data, "little") >> 16 not in (0x1FC2, 0x1FC3)
        assert (await host.empty.write(address, b"\x01")).resp == AxiResp.OKAY
    for address in [0x2000, 0x3000]:
        assert await host.read32(address) >> 16 not in (0x1FC2, 0x1FC3)


async def all_slots(host):
    """Allocates every slot; returns their addresses."""
    slots = []
    for kind, count in SLOTS.items():
        for _ in range(count):
            slots.append((kind, slot_at(kind, await host.request(kind))))
    return slots


@cocotb.test()
async def dma_of_any_shape(dut):
    """Starts and lengths of all kinds, IDs in any order, pauses on all channels."""
    host = await Host.start(dut, seed=7)
    slots = await all_slots(host)
    model = {address: bytearray(SLOT_BYTES[kind]) for kind, address in slots}
    for share in (0.0, 0.5):
        host.pause(share)
        for _ in range(40):
            base = host.random.choice(list(model))
            length = host.random.choice([1, 7, 64, 65, 300, 2000])
            at = host.random.randrange(len(model[base]) - length + 1)
            data = host.random.randbytes(length)
            await host.dma_write(base + at, data, awid=host.random.randrange(64))
            model[base][at : at + length] = data
            at = max(0, at - host.random.randrange(70))
            length = min(length + host.random.randrange(140), len(model[base]) - at)
            assert await host.dma_read(base + at, length, arid=host.random.randrange(64)) == model[base][at : at + length]
    for base, data in model.items():
        assert await host.dma_read(base, len(data)) == data


@cocotb.test()
async def dma_with_many_bursts_under_way(dut):
    host = await Host.start(dut, seed=8)
    slots = await all_slots(host)
    host.pause(0.2)
    content = {address: host.random.randbytes(SLOT_BYTES[kind]) for kind, address in slots}
    writes = [
        cocotb.start_soon(host.dma_write(base + at, data[at : at + 256], awid=(base // 256 + at // 256) % 64))
        for base, data in content.items()
        for at in range(0, len(data), 256)
    ]
    await Combine(*writes)

    async def check(base, at, data, id):
        assert await host.dma_read(base + at, 256, arid=id) == data[at : at + 256]

    reads = [
        cocotb.start_soon(check(base, at, data, host.random.randrange(64)))
        for base, data in content.items()
        for at in range(0, len(data), 256)
    ]
    await Combine(*reads)


@cocotb.test()
async def dma_outside_of_slots(dut):
    """Slots that nobody has, and addresses without one: SLVERR, nothing is written, zeros are read."""
    host = await Host.start(dut)
    for kind, count in SLOTS.items():
        for slot in (0, count - 1, count):
            address = slot_at(kind, slot)
            assert (await host.dma.write(address, b"\xaa" * 200)).resp == AxiResp.SLVERR
            answer = await host.dma.read(address, 200)
            assert answer.resp == AxiResp.SLVERR and not any(answer.data)
    assert (await host.dma.write(1 << 40, b"\xaa" * 64)).resp == AxiResp.SLVERR
    for kind, address in await all_slots(host):
        assert not any(await host.dma_read(address, SLOT_BYTES[kind]))


@cocotb.test()
async def every_status(dut):
    """On every engine: each command, each of its answers, and the next command works."""
    host = await Host.start(dut)
    for engine in range(ENGINES):

        async def status(opcode, **fields):
            id = host.random.randrange(1 << 16)
            response = await host.command(engine, opcode, id=id, **fields)
            assert response.id == id
            return response.status

        for kind, invalid in ((PROGRAM, BAD_PROGRAM_SLOT), (DATA, BAD_DATA_SLOT)):
            for slot in range(SLOTS[kind]):
                response = await host.command(engine, REQUEST_SLOT, byte8=kind)
                assert (response.status, response.detail) == (SUCCESS, slot)
            assert await status(REQUEST_SLOT, byte8=kind) == NO_SPACE
            assert await status(RELEASE_SLOT, byte8=kind, byte9=SLOTS[kind]) == invalid
            assert await status(RELEASE_SLOT, byte8=kind, byte9=255) == invalid
        assert await status(REQUEST_SLOT, byte8=2) == BAD_ADDRESS
        assert await status(RELEASE_SLOT, byte8=255) == BAD_ADDRESS
        for opcode in (0x02, 0x7F, 0x81, 0xFF):
            assert await status(opcode) == BAD_OPCODE
        assert await status(RUN, byte8=SLOTS[PROGRAM], length=8) == BAD_PROGRAM_SLOT
        assert await status(RUN, byte9=SLOTS[DATA], length=8) == BAD_DATA_SLOT
        for length in (0, 12, SLOT_BYTES[PROGRAM] + 8):
            assert await status(RUN, length=length) == PROGRAM_ERROR
        await host.dma_write(slot_at(PROGRAM, 0), instruction(MOV_IMM, imm=-5) + instruction(EXIT))
        response = await host.command(engine, RUN, length=16)
        assert (response.status, response.detail) == (SUCCESS, 2**64 - 5)
        for kind in (PROGRAM, DATA):
            for slot in range(SLOTS[kind]):
                assert await status(RELEASE_SLOT, byte8=kind, byte9=slot) == SUCCESS
            assert await status(RELEASE_SLOT, byte8=kind) == (BAD_DATA_SLOT if kind else BAD_PROGRAM_SLOT)


@cocotb.test()
async def programs_on_all_engines(dut):
    """They run at once and share a counter in one data slot; each has an interrupt of its own."""
    host = await Host.start(dut)
    turns = 100
    program = b"".join([
        instruction(MOV_IMM, 2, imm=turns),
        instruction(MOV_IMM, 3, imm=1),
        instruction(ATOMIC, 1, 3, off=8),  # counter += 1
        instruction(LOAD, 4, 1),
        instruction(ADD_REG, 0, 4),
        instruction(ADD_IMM, 2, imm=-1),
        instruction(JNE_IMM, 2, off=-5),
        instruction(EXIT),
    ])  # fmt: skip
    slot = await host.load(program)
    data = await host.request(DATA)
    await host.dma_write(slot_at(DATA, data), struct.pack("<QQ", 3, 1000))
    before = list(host.interrupts)
    for engine in range(ENGINES):
        await host.ring(engine, RUN, id=engine, byte8=slot, byte9=data, length=len(program))
    for engine in range(ENGINES):
        response = await host.finish(engine)
        assert (response.id, response.status, response.detail) == (engine, SUCCESS, 3 * turns)
    await ClockCycles(dut.clk, 20)
    assert [now - then for now, then in zip(host.interrupts, before)][:ENGINES] == [1] * ENGINES
    assert await host.dma_read(slot_at(DATA, data), 16) == struct.pack("<QQ", 3, 1000 + turns * ENGINES)


@cocotb.test()
async def dma_into_a_running_slot(dut):
    """A program waits for a flag that the host writes, and takes what was written before it."""
    host = await Host.start(dut)
    program = b"".join([
        instruction(LOAD, 2, 1, off=512),
        instruction(0x15, 2, off=-2, imm=0),  # if r2 == 0 goto the load
        instruction(LOAD, 0, 1),
        instruction(STORE, 1, 0, off=1024),
        instruction(EXIT),
    ])  # fmt: skip
    slot = await host.load(program)
    data = await host.request(DATA)
    address = slot_at(DATA, data)
    for value in (0x1122_3344_5566_7788, 42):
        await host.dma_write(address + 512, bytes(8))
        await host.ring(0, RUN, byte8=slot, byte9=data, length=len(program))
        await ClockCycles(dut.clk, 300)
        assert not await host.is_done(0)
        await host.dma_write(address, struct.pack("<Q", value))
        await host.dma_write(address + 512, b"\x01")
        assert (await host.finish(0)).detail == value
        assert await host.dma_read(address + 1024, 8) == struct.pack("<Q", value)


@cocotb.test()
async def interrupts_without_acknowledge(dut):
    """A shell that never acknowledges holds up no command."""
    host = await Host.start(dut)
    host.acknowledges = False
    for _ in range(5):
        assert (await host.command(0, 0x33)).status == BAD_OPCODE
    assert host.interrupts[0] == 1
    await host.acknowledge(1)
    await ClockCycles(dut.clk, 10)
    assert host.interrupts[0] == 2, "those that came meanwhile are one more"


@cocotb.test()
async def function_level_reset(dut):
    """Stops endless programs, frees what they used, and leaves nothing of it to the next owner."""
    host = await Host.start(dut)
    for turn in range(3):
        slot = await host.load(ENDLESS)
        data = await host.request(DATA)
        await host.dma_write(slot_at(DATA, data), b"\x5a" * 256)
        for engine in range(ENGINES):
            await host.ring(engine, RUN, byte8=slot, byte9=data, length=len(ENDLESS))
        write = cocotb.start_soon(host.dma.write(slot_at(DATA, data), b"\xa5" * 4096))
        await ClockCycles(dut.clk, 10 + 17 * turn)
        await host.reset()
        await write
        before = list(host.interrupts)
        for engine in range(ENGINES):
            assert await host.read(reg.HERMES_EHCMDCTRL_OFFSET(engine), 2) == b"\0\0"
            assert not any(await host.read(reg.HERMES_EHCMDREQ_OFFSET(engine), 48))
        assert (await host.dma.read(slot_at(DATA, data), 64)).resp == AxiResp.SLVERR
        for kind, address in await all_slots(host):
            assert not any(await host.dma_read(address, SLOT_BYTES[kind]))
        assert sum(host.interrupts) - sum(before) == sum(SLOTS.values())
        await host.reset()


@cocotb.test()
async def reset_of_the_shell(dut):
    host = await Host.start(dut)
    slot = await host.load(ENDLESS)
    data = await host.request(DATA)
    await host.ring(0, RUN, byte8=slot, byte9=data, length=len(ENDLESS))
    dut.rst_n.value = 0
    await ClockCycles(dut.clk, 10)
    dut.rst_n.value = 1
    await ClockCycles(dut.clk, 10)
    assert await host.read(reg.HERMES_EHCMDCTRL_OFFSET(0), 2) == b"\0\0"
    assert (await host.command(0, RUN, byte8=slot, byte9=data, length=8)).status == BAD_PROGRAM_SLOT
