/** Bytes as hex digits, two a byte, with any blanks between bytes. */
import { InputError } from './backend.ts';

/** @param what names it in messages @throws InputError */
export function bytesOf(text: string, what: string): Uint8Array {
  const digits = text.replaceAll(/\s+/g, '');
  const wrong = /[^\da-f]/i.exec(digits);
  if (wrong) throw new InputError(`${what}: ${JSON.stringify(wrong[0])} is no hex digit; give two digits a byte`);
  if (digits.length % 2 === 1) throw new InputError(`${what}: half a byte too much; give two hex digits a byte`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
