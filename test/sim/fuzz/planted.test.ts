/** A fault is put into the design: it has to be found, and what is left of the case has to be small. */
import { expect, test } from 'vitest';
import { modulesOf, type Module } from '../../../gen/ir/index.ts';
import { nthCase } from '../../../sim/fuzz/cases.ts';
import { deviceConfigs, Devices } from '../../../sim/fuzz/devices.ts';
import { Engines, netlistOf } from '../../../sim/fuzz/engines.ts';
import { itemsOf } from '../../../sim/fuzz/index.ts';
import { fromText, toText } from '../../../sim/fuzz/kept.ts';
import { caseText } from '../../../sim/fuzz/report.ts';
import { shrunk } from '../../../sim/fuzz/shrink.ts';
import { nthScript, playOn, scriptText, shrunkScript } from '../../../sim/fuzz/traffic.ts';
import { faultsOf, withFault } from '../../../sim/mutate/fault.ts';
import { netlist } from '../../../sim/shell/index.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';

/** The design with the first fault whose text matches. */
function planted(top: Module, text: RegExp): Module {
  const fault = modulesOf(top)
    .flatMap((module) => faultsOf(module))
    .find((each) => text.test(each.text));
  if (!fault) throw new Error(`the design has no place for ${text} any more: choose another fault`);
  return withFault(top, fault)!;
}

const kind = { target: 'engine', invalid: false, engines: ['small'] } as const;

test.each([
  ['a subtraction is none', /alu\.subtracts: control\.operation == SUB becomes/],
  ['a dividend loses its sign', /divider\.left_extension: control\.is_signed & left\[31\] becomes/],
  ['a value from writeback is missed', /engine\.left_value: \(\(writeback_valid_q .* becomes rows_rdata/],
  ['words in local RAM are old', /memory_unit\.outdated: stale_q \| overtaken becomes/],
  ['the last bytes of the slot are out of bounds', /memory_unit\.at_past_slot: .* becomes/],
])('%s: found, and shown by at most five instructions', { timeout: 120_000 }, async (_, fault) => {
  const faulty = planted(netlistOf('small'), fault);
  const engines = new Engines('wasm', async () => WasmSimulator.create(faulty));
  for (let index = 0; ; index++) {
    if (index === 40) throw new Error('no difference in 40 cases');
    const found = nthCase(kind, 1, index);
    const { failure } = await engines.run(found);
    if (!failure) continue;
    const small = await shrunk(found, failure, (one, options) => engines.run(one, options));
    expect(small.jobs.length).toBe(1);
    const text = caseText(small);
    expect(itemsOf(small.jobs[0]!.program).length <= 5 ? 'small' : text).toBe('small');
    // The file that keeps it shows the same again, and the right engine passes.
    const kept = fromText(toText(small, failure.error.message));
    expect((await engines.run(kept)).failure!.error.name).toBe(failure.error.name);
    expect((await new Engines('wasm').run(kept)).failure).toBeUndefined();
    return;
  }
});

test.each([
  ['a slot is free although it is not', /slot_table.*\.data_free_q: stuck at 1/],
  [
    'an engine is forgotten while another interrupt waits',
    /interrupt_lines.*requests_line1_left: .*pending_q.* becomes/,
  ],
])('%s: found, and shown by at most three actions of the host', { timeout: 120_000 }, async (_, fault) => {
  const devices = new Devices('wasm', async (shell) =>
    WasmSimulator.create(planted(netlist(deviceConfigs[shell]), fault)),
  );
  for (let n = 0; ; n++) {
    if (n === 10) throw new Error('no difference in 10 scripts');
    const script = nthScript(1, n);
    const outcome = await playOn(devices, script);
    if (!(outcome instanceof Error)) continue;
    const small = await shrunkScript(devices, script, outcome);
    expect(small.actions.length <= 3 ? 'small' : scriptText(small)).toBe('small');
    const again = await playOn(devices, small);
    expect(again).toBeInstanceOf(Error);
    return;
  }
});
