/** Text of one generated part or page, in Markdown. */
export type Generator = () => string | Promise<string>;

const marked = /<!-- generated (?<name>[\w-]+) -->\n[^]*?<!-- \/generated -->/g;

/**
 * Replaces what stands between every pair of markers. `file` is for messages; `seen` is told every name. Throws if a
 * marker names no generator or has no end.
 */
export async function replaceParts(
  file: string,
  text: string,
  parts: Readonly<Record<string, Generator>>,
  seen: (name: string) => void = () => {},
): Promise<string> {
  let result = '';
  let end = 0;
  for (const match of text.matchAll(marked)) {
    const name = match.groups!['name'];
    if (!Object.hasOwn(parts, name)) {
      const known = Object.keys(parts).join(', ') || 'none';
      throw new Error(`${file}: nothing generates "${name}"; known: ${known} (scripts/docs-generators.ts)`);
    }
    seen(name);
    const body = (await parts[name]()).trim();
    result += `${text.slice(end, match.index)}<!-- generated ${name} -->\n\n${body}\n\n<!-- /generated -->`;
    end = match.index + match[0].length;
  }
  result += text.slice(end);
  const opened = result.match(/<!-- generated /g)?.length ?? 0;
  const closed = result.match(/<!-- \/generated -->/g)?.length ?? 0;
  if (opened !== closed) throw new Error(`${file}: ${opened} generated parts begin and ${closed} end`);
  return result;
}
