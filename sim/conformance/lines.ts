/** Lines of text from a stream of bytes, of a length that memory can hold. */

/** More than the largest program and the largest memory, in hex, with blanks between bytes. */
export const longestLine = 1 << 20;

/** A line without its end, or undefined in place of one longer than {@link longestLine}. The last one needs no end. */
export async function* linesOf(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<string | undefined> {
  let held: Buffer[] = [];
  let length = 0;
  const add = (piece: Buffer): void => {
    length += piece.length;
    if (length > longestLine) held = [];
    else held.push(piece);
  };
  const take = (): string | undefined => {
    const line = length > longestLine ? undefined : Buffer.concat(held).toString('utf8').replace(/\r$/, '');
    [held, length] = [[], 0];
    return line;
  };
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      add(bytes.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(bytes.subarray(start));
  }
  if (length > 0) yield take();
}
