/** Markdown of docs/instructions.md: every instruction and every error class of the device, from the tables. */
import { fill, templates } from '../gen/ebpf/assembler-syntax.ts';
import { errorTable } from '../gen/ebpf/explain.ts';
import { helperFunctions } from '../gen/ebpf/helpers/functions.ts';
import { instructions, type Instruction } from '../gen/ebpf/isa.ts';

const sections: readonly (readonly [section: string, title: string])[] = [
  ['4.1', 'Arithmetic'],
  ['4.2', 'Byte swaps'],
  ['4.3', 'Jumps and exit'],
  ['4.3.1', 'Helper functions'],
  ['4.3.2', 'Local calls'],
  ['5.1', 'Loads and stores'],
  ['5.2', 'Loads with sign extension'],
  ['5.3', 'Atomics'],
  ['5.4', '64-bit immediates'],
  ['5.5', 'Packet access'],
  ['-', 'Outside the RFC'],
];

const cell = (text: string): string => text.replaceAll(/[|*]/g, '\\$&');
const code = (text: string): string => (text === '' ? '' : `\`${text.replaceAll('|', '\\|')}\``);

/** The first way to write an instruction, with names in place of numbers. */
function syntax(instruction: Instruction): string {
  const [template = ''] = templates(instruction);
  return fill(template, (field, letter) => {
    if (field === 'dst' || field === 'src') return `${letter}${field === 'dst' ? 'D' : 'S'}`;
    return field === 'off'
      ? ' + off'
      : field === 'to' || field === 'label'
        ? 'target'
        : field === 'wide'
          ? 'imm64'
          : field;
  });
}

function row(instruction: Instruction): string {
  const { opcode, name, semantics, cpu, group, refused, selector } = instruction;
  const byte = `0x${opcode.toString(16).padStart(2, '0')}`;
  const selected = selector ? ` ${selector.field} = ${instruction[selector.field]}` : '';
  const unless = instruction.operation === 'callx' ? ', unless the setting `callByRegister` is given' : '';
  const meaning = refused ? `${semantics} — **${refused}**${unless}` : semantics;
  return `| \`${byte}\`${selected} | ${name} | ${code(syntax(instruction))} | ${cell(meaning)} | ${group} | v${cpu} |`;
}

export function instructionsPage(): string {
  const parts = sections.map(([section, title]) => [
    `## ${title}${section === '-' ? '' : ` (RFC 9669, ${section})`}`,
    '',
    '| opcode | name | assembly | meaning | group | since |',
    '| --- | --- | --- | --- | --- | --- |',
    ...instructions.filter((each) => each.section === section).map(row),
    '',
  ]);
  const helpers = [
    '## Helper functions of this device',
    '',
    'There are those that the setting `helpers` names, by default none. `call N` calls one by its number; with the setting',
    '`callByRegister`, `callx rD` calls the one whose number is in the lower half of `rD`. Like a local call it may be given r1 to r5; unlike',
    'one it changes no register but r0. A number that the device does not have is E_HELPER_UNKNOWN.',
    '',
    '| number | name | r0 is then |',
    '| ---: | --- | --- |',
    ...Object.entries(helperFunctions).map(([name, { number, doc }]) => `| ${number} | ${name} | ${doc} |`),
    '',
  ];
  const errors = errorTable.map(
    ({ code: number, name, message, cure }) => `| ${number} | ${name} | ${message} | ${cure} |`,
  );
  const bytes = new Set(instructions.map(({ opcode }) => opcode)).size;
  return [
    '# Instructions',
    '',
    'Generated from `gen/ebpf/isa.ts`, the table from which the decoder, the model, the assembler and the disassembler are made.',
    `${bytes} opcode bytes, ${instructions.length} variants. \`rD\` and \`rS\` are the registers that the fields dst and src name,`,
    '`wD` and `wS` their lower halves. In the meanings `s` is the second operand: `rS`, or `imm` with its sign extended. Where an',
    'error class is given in bold, the device knows the instruction and refuses it. *Since* is the first `-mcpu` that has it.',
    '',
    ...parts.flat(),
    ...helpers,
    '## Errors',
    '',
    'How a program can end other than by `exit`. The code stands in byte 8 of the command response, the program counter, in',
    'slots of 8 bytes, in bytes 12 to 15. Which of several errors is reported is fixed in `gen/ebpf/abi.ts`.',
    '',
    '| code | class | meaning | cure |',
    '| --- | --- | --- | --- |',
    ...errors,
    '',
  ].join('\n');
}
