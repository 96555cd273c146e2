/** Object files for the plug-in: one section `.text` with one function. */

const headerSize = 64;
const sectionSize = 64;
const symbolSize = 24;

/** An ELF64 relocatable object for BPF whose function of this name is the program. */
export function objectOf(program: Uint8Array, name = 'main'): Uint8Array {
  const text = (...names: string[]): Buffer => Buffer.from(['', ...names, ''].join('\0'));
  const symbols = Buffer.alloc(2 * symbolSize);
  symbols.writeUInt32LE(1, symbolSize);
  symbols.writeUInt8(0x12, symbolSize + 4); // global function
  symbols.writeUInt16LE(1, symbolSize + 6);
  symbols.writeBigUInt64LE(BigInt(program.length), symbolSize + 16);
  const names = ['.text', '.symtab', '.strtab', '.shstrtab'];
  const contents = [Buffer.from(program), symbols, text(name), text(...names)];
  const kinds = [1, 2, 3, 3]; // bits, symbols, strings, strings
  const flags = [6n, 0n, 0n, 0n];

  const headers = Buffer.alloc((names.length + 1) * sectionSize);
  let offset = headerSize;
  let nameAt = 1;
  contents.forEach((content, i) => {
    const at = (i + 1) * sectionSize;
    headers.writeUInt32LE(nameAt, at);
    headers.writeUInt32LE(kinds[i]!, at + 4);
    headers.writeBigUInt64LE(flags[i]!, at + 8);
    headers.writeBigUInt64LE(BigInt(offset), at + 24);
    headers.writeBigUInt64LE(BigInt(content.length), at + 32);
    if (i === 1) {
      headers.writeUInt32LE(3, at + 40); // strings
      headers.writeUInt32LE(1, at + 44); // first global symbol
      headers.writeBigUInt64LE(BigInt(symbolSize), at + 56);
    }
    offset += content.length;
    nameAt += names[i]!.length + 1;
  });

  const header = Buffer.alloc(headerSize);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(header);
  header.writeUInt16LE(1, 16); // relocatable
  header.writeUInt16LE(247, 18); // BPF
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(offset), 40);
  header.writeUInt16LE(headerSize, 52);
  header.writeUInt16LE(sectionSize, 58);
  header.writeUInt16LE(names.length + 1, 60);
  header.writeUInt16LE(names.length, 62);
  return new Uint8Array(Buffer.concat([header, ...contents, headers]));
}
