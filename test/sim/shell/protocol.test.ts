import { beforeAll, describe, expect, it } from 'vitest';
import { shellNames, type ShellName } from '../../../gen/config.ts';
import { shellTables } from '../../../gen/shell/index.ts';
import type { ShellHost } from '../../../sim/shell/shell-host.ts';
import { buildTime } from './backend.ts';
import { smallHost, smallSimulators, withFault } from './small.ts';

const designs = { f1: smallSimulators('f1'), f2: smallSimulators('f2') };

beforeAll(async () => {
  for (const shell of shellNames) await designs[shell]();
}, 2 * buildTime);

/** What the shell says when a port of the design shows something else than it should. */
async function complaint(
  shell: ShellName,
  port: string,
  fault: (value: number, cycle: number) => number,
  use: (host: ShellHost) => Promise<unknown>,
  stalls = 0.5,
) {
  const host = smallHost(withFault(await designs[shell](), port, fault), shell, { stalls, seed: 3 });
  try {
    await use(host);
  } catch (error) {
    await expect(host.bar0.read(0)).rejects.toBe(error); // the host is out of order from here on
    return `${(error as Error).name}: ${(error as Error).message}`.replace(/cycle \d+/, 'cycle N');
  }
  return undefined;
}

/** Shows a port's value inverted in the n-th cycle in which `when` holds for it. */
function inNth(
  n: number,
  change: (value: number) => number,
  when: (value: number) => boolean = (value) => value === 1,
) {
  let seen = 0;
  return (value: number): number => {
    if (!when(value)) return value;
    seen += 1;
    return seen === n ? change(value) : value;
  };
}

const read = (host: ShellHost) => host.dma.read(0x40, 1000);
const write = (host: ShellHost) => host.dma.write(0x40, new Uint8Array(1000));

describe.each(shellNames)('the shell of %s notices', (shell) => {
  const simulators = designs[shell];
  /** A port of a register BAR. */
  const bar = (name: 'ocl' | 'sda', port: string): string =>
    (name === 'ocl' ? shellTables[shell].ocl : shellTables[shell].empty[name]!).outOf + port;

  it('a CL that takes no address', async () => {
    const deaf = withFault(
      withFault(await simulators(), bar('ocl', 'arready'), () => 0),
      bar('ocl', 'rvalid'),
      () => 0,
    );
    await expect(smallHost(deaf, shell, { stalls: 0 }).bar0.read(0x20)).rejects.toThrow(
      /^OCL AR, cycle \d+: valid has waited for ready for 2000 cycles; the shell gives up here$/,
    );
  });

  it('a read and a write that are never answered', async () => {
    expect(
      await complaint(
        shell,
        bar('ocl', 'rvalid'),
        () => 0,
        (host) => host.bar0.read(0x20),
      ),
    ).toBe('ProtocolError: OCL R, cycle N: no answer to the read of 0x20 for 2000 cycles; the shell gives up here');
    expect(
      await complaint(
        shell,
        bar('sda', 'bvalid'),
        () => 0,
        (host) => host.sda.write(0x20, 4, 1),
      ),
    ).toContain('SDA B, cycle N: no answer to the write to 0x20');
  });

  it('an answer that nobody asked for', async () => {
    const fault = (value: number, cycle: number) => (cycle === 70 ? 1 : value);
    expect(await complaint(shell, bar('ocl', 'bvalid'), fault, (host) => host.idle(100))).toBe(
      'ProtocolError: OCL B, cycle N: an answer that nobody asked for',
    );
    expect(await complaint(shell, 'cl_sh_dma_pcis_rvalid', fault, (host) => host.idle(100))).toContain(
      'of which nothing is under way',
    );
  });

  it('an answer that is taken back', async () => {
    expect(
      await complaint(
        shell,
        'cl_sh_dma_pcis_rvalid',
        inNth(2, () => 0),
        read,
        0.9,
      ),
    ).toContain('DMA_PCIS R, cycle N: valid fell before the item was taken');
  });

  it('an answer that changes while it waits', async () => {
    let last = 0;
    const fault = (value: number) => value ^ (last ^= 1);
    expect(await complaint(shell, 'cl_sh_dma_pcis_rresp', fault, read, 0.9)).toContain(
      'cl_sh_dma_pcis_rresp changed while valid waited for ready',
    );
  });

  it('an answer with an ID of nobody', async () => {
    expect(await complaint(shell, 'cl_sh_dma_pcis_bid', (id) => id ^ 0x20, write)).toMatch(
      /DMA_PCIS B, cycle N: an answer with ID (3\d|0), of which nothing is under way/,
    );
  });

  it('responses that AXI does not have here', async () => {
    expect(
      await complaint(
        shell,
        bar('ocl', 'rresp'),
        () => 1,
        (host) => host.bar0.read(0),
      ),
    ).toContain('EXOKAY');
    expect(await complaint(shell, 'cl_sh_dma_pcis_bresp', () => 1, write)).toContain('EXOKAY');
  });

  it('interrupt requests that are no pulses', async () => {
    expect(
      await complaint(
        shell,
        'cl_sh_apppf_irq_req',
        (value, cycle) => (cycle >= 100 ? 2 : value),
        (host) => host.idle(200),
      ),
    ).toContain('irq 1, cycle N: a request while the one of cycle 100 is not acknowledged');
  });

  it('a function-level reset without end', async () => {
    const host = smallHost(
      withFault(await simulators(), 'cl_sh_flr_done', () => 0),
      shell,
    );
    await expect(host.flr()).rejects.toThrow('no cl_sh_flr_done after sh_cl_flr_assert within 100000 cycles');
  });

  it('and counts error responses, which no host sees', async () => {
    const host = smallHost(
      withFault(await simulators(), 'cl_sh_dma_pcis_rresp', () => 2),
      shell,
    );
    expect(await host.dma.read(0, 512)).toHaveLength(512);
    expect(host.errors).toBe(8);
  });
});

describe('the shell of f1 notices', () => {
  it('a burst with too few or too many beats', async () => {
    expect(await complaint('f1', 'cl_sh_dma_pcis_rlast', () => 1, read)).toContain('last is 1 in beat 1 of 16');
    expect(await complaint('f1', 'cl_sh_dma_pcis_rlast', () => 0, read)).toContain('last is 0 in beat 16 of 16');
  });

  it('an answer to a write whose data is not complete', async () => {
    const fault = (value: number, cycle: number) => (cycle > 75 ? 1 : value);
    expect(
      await complaint('f1', 'cl_sh_dma_pcis_bvalid', fault, (host) => host.dma.write(0, new Uint8Array(4096), 0)),
    ).toContain('before the write was complete');
  });

  it('a DMA interface that stops in the middle of a burst', async () => {
    const fault = (value: number, cycle: number) => (cycle > 80 ? 0 : value);
    expect(await complaint('f1', 'cl_sh_dma_pcis_rvalid', fault, (host) => host.dma.read(0, 4096, 2))).toMatch(
      /DMA_PCIS R, cycle N: the read of 0x0, 64 beats, ID 2, stands still for 20000 cycles: \d+ beats have moved/,
    );
  });
});

describe('the shell of f2 notices', () => {
  it('a store or load with more than its beat', async () => {
    for (const use of [read, (host: ShellHost) => host.dma.read(3, 1)])
      expect(await complaint('f2', 'cl_sh_dma_pcis_rlast', () => 0, use)).toContain('last is 0 in beat 1 of 1');
  });

  it('a load that is not answered in time, though stores are', async () => {
    const fault = (value: number, cycle: number) => (cycle > 80 ? 0 : value);
    const use = (host: ShellHost) =>
      Promise.all([host.dma.read(0, 4096, 2), host.dma.write(0, new Uint8Array(64 * 3000), 1)]);
    expect(await complaint('f2', 'cl_sh_dma_pcis_rvalid', fault, use, 0)).toMatch(
      /DMA_PCIS R, cycle N: the read of 0x[\da-f]+, 1 beats, ID 32, is not done 2000 cycles after it was offered: 0 beats/,
    );
  });
});
