/** Value change dump (IEEE 1800-2017, 21.7): the waveform format that every viewer reads. */
import { closeSync, openSync, writeSync } from 'node:fs';

/** A variable of the dump; several names may share one. */
export interface VcdVariable {
  readonly code: string;
  readonly width: number;
}

/**
 * Writes a dump: first `scope` and `variable` declare the hierarchy, then `time` and `change` in turn. Text is written
 * in large pieces; the file is complete after `close`.
 */
export class VcdWriter {
  readonly #file: number;
  #text = '';
  #count = 0;
  #declaring = true;
  #now = -1;

  /** `timescale` is the unit of `time`, for instance `1ns`. The file is replaced if it exists. */
  constructor(path: string, timescale = '1ns') {
    this.#file = openSync(path, 'w');
    this.#line(`$timescale ${timescale} $end`);
  }

  /** Declares a module instance; `body` declares what is in it. */
  scope(name: string, body: () => void): void {
    this.#line(`$scope module ${name} $end`);
    body();
    this.#line('$upscope $end');
  }

  /** Declares a variable of `width` bits, or another name of one declared before. */
  variable(name: string, width: number, kind: 'wire' | 'reg' = 'wire', same?: VcdVariable): VcdVariable {
    const variable = same ?? { code: codeOf(this.#count++), width };
    const range = width > 1 ? ` [${width - 1}:0]` : '';
    this.#line(`$var ${kind} ${width} ${variable.code} ${name}${range} $end`);
    return variable;
  }

  /** Changes that follow happen at this time; it must not be before the last one. */
  time(now: number): void {
    if (this.#declaring) this.#line('$enddefinitions $end');
    this.#declaring = false;
    if (now < this.#now) throw new RangeError(`time runs forward: ${now} after ${this.#now}`);
    if (now > this.#now) this.#line(`#${now}`);
    this.#now = now;
  }

  change({ code, width }: VcdVariable, value: bigint | number): void {
    this.#line(width === 1 ? `${value}${code}` : `b${value.toString(2)} ${code}`);
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #line(text: string): void {
    this.#text += `${text}\n`;
    if (this.#text.length > 1 << 16) this.#flush();
  }

  #flush(): void {
    writeSync(this.#file, this.#text);
    this.#text = '';
  }
}

/** Identifier codes: printable characters from `!` to `~`. */
function codeOf(index: number): string {
  const low = String.fromCharCode(33 + (index % 94));
  return index < 94 ? low : codeOf(Math.floor(index / 94) - 1) + low;
}
