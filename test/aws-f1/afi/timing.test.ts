import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeTiming, parseTiming, timingOf } from '../../../aws-f1/afi/timing.ts';
import { customLogic, stamp, write } from './custom-logic.ts';

/** In the form of Vivado's report_timing_summary, with these numbers. */
const summary = (setup: string, failing: string, hold: string): string =>
  [
    '------------------------------------------------------------------------------------------------',
    '| Design Timing Summary',
    '| ---------------------',
    '------------------------------------------------------------------------------------------------',
    '',
    '    WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)      THS(ns)  THS Failing Endpoints',
    '    -------      -------  ---------------------  -------------------      -------      -------  ---------------------',
    `     ${setup}        0.000             ${failing}               868711        ${hold}        0.000                      0`,
    '',
    '',
  ].join('\n');

const paths = (...slacks: readonly string[]): string =>
  slacks
    .map(
      (slack) =>
        `Slack (${slack.startsWith('-') ? 'VIOLATED' : 'MET'}) :       ${slack}ns  (required time - arrival time)\n  Source: a\n`,
    )
    .join('\n');

test.each([
  [summary('0.016', '0', '0.010'), { met: true, setup: 0.016, hold: 0.01, failing: 0 }],
  [summary('-0.120', '17', '0.010'), { met: false, setup: -0.12, hold: 0.01, failing: 17 }],
  [summary('0.016', '0', '-0.003'), { met: false, setup: 0.016, hold: -0.003, failing: 0 }],
  [paths('0.200', '0.031', '0.500'), { met: true, setup: 0.031, hold: null, failing: null }],
  [paths('0.200', '-0.045'), { met: false, setup: -0.045, hold: null, failing: null }],
])('report %#', (text, numbers) => expect(parseTiming(text, 'r')).toEqual({ ...numbers, report: 'r' }));

test('something else is no report', () => expect(parseTiming('WNS(ns) is what we want\n', 'r')).toBeUndefined());

test('the report of the build is found; the name of its checkpoint counts too', () => {
  const cl = customLogic();
  expect(timingOf(cl, stamp)).toBeUndefined();
  write(join(cl, `build/reports/cl_hermes.${stamp}.post_place_timing.rpt`), paths('-9.000'));
  write(join(cl, 'build/reports/cl_hermes.2025_01_01-000000.post_route_timing.rpt'), paths('-9.000'));
  write(join(cl, `build/reports/cl_hermes.${stamp}.post_route_timing.rpt`), paths('0.031'));
  write(join(cl, `build/checkpoints/cl_hermes.${stamp}.post_route.dcp`), '');
  expect(describeTiming(timingOf(cl, stamp)!)).toBe('timing met: worst setup slack 0.031 ns');
  write(join(cl, `build/checkpoints/cl_hermes.${stamp}.post_route.VIOLATED.dcp`), '');
  expect(timingOf(cl, stamp)).toMatchObject({ met: false });
});
