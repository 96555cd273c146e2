/** PCI identity of a CL, as ports and as the text from which the kits make the manifest of an image. */

/** 16 bits each. */
export interface PciIds {
  readonly vendor: number;
  readonly device: number;
  readonly subsystemVendor: number;
  readonly subsystem: number;
}

/** What the ports `cl_sh_id0` and `cl_sh_id1` show: device above vendor, subsystem above its vendor. */
export const idWords = ({ vendor, device, subsystemVendor, subsystem }: PciIds): readonly [number, number] => [
  device * 0x1_0000 + vendor,
  subsystem * 0x1_0000 + subsystemVendor,
];

/**
 * `cl_id_defines.vh`. The kits do not ask the CL for its identity: they look for these lines and cut them up as text. Both
 * want the value as `32'hDDDD_VVVV`, in the third word of the line.
 */
export function idDefines(ids: PciIds): string {
  const word = (value: number): string =>
    `32'h${value
      .toString(16)
      .padStart(8, '0')
      .toUpperCase()
      .replace(/(....)$/, '_$1')}`;
  const lines = idWords(ids).map((value, n) => `\`define CL_SH_ID${n} ${word(value)}\n`);
  return `\`ifndef CL_ID_DEFINES\n\`define CL_ID_DEFINES\n${lines.join('')}\`endif\n`;
}
