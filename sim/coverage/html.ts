/** One page with every bin: self-contained, for a browser. */
import { groups, type Bin, type Group } from './bins.ts';
import { plenty, type Collector } from './collector.ts';
import { cure, exclusions, percent, sum, totals } from './report.ts';

/** Everything that the page shows: bins by group, subject and aspect; exclusions and cures by their number. */
interface Data {
  readonly groups: readonly { readonly title: string; readonly subjects: readonly Subject[] }[];
  readonly reasons: readonly string[];
}

interface Subject {
  readonly name: string;
  readonly aspects: readonly { readonly name: string; readonly bins: readonly Shown[] }[];
}

/** Label; how often it was hit; for an excluded bin the number of its reason, for a missed one its cure. */
type Shown = readonly [label: string, count: number, note?: number | string];

function dataOf(collector: Collector): Data {
  const reasons: string[] = [];
  const shown = (bin: Bin): Shown => {
    const count = collector.count(bin);
    if (bin.excluded !== undefined) {
      if (!reasons.includes(bin.excluded)) reasons.push(bin.excluded);
      return [bin.label, count, reasons.indexOf(bin.excluded)];
    }
    return count > 0 ? [bin.label, count] : [bin.label, 0, cure(bin)];
  };
  const by = <K extends string>(bins: readonly Bin[], key: (bin: Bin) => K): [K, Bin[]][] => {
    const found = new Map<K, Bin[]>();
    for (const bin of bins) {
      const list = found.get(key(bin)) ?? [];
      found.set(key(bin), list);
      list.push(bin);
    }
    return [...found];
  };
  const found = new Map(by(collector.model.bins, ({ group }) => group));
  const ofGroups = (Object.keys(groups) as Group[]).map((group) => ({
    title: `${group}: ${groups[group]}`,
    subjects: by(found.get(group) ?? [], ({ subject }) => subject).map(([name, own]) => ({
      name,
      aspects: by(own, ({ aspect }) => aspect).map(([aspect, each]) => ({ name: aspect, bins: each.map(shown) })),
    })),
  }));
  return { groups: ofGroups, reasons };
}

const style = `
:root { color-scheme: light dark; --hit: #2b8a3e; --miss: #c92a2a; --out: #868e96; --line: #8884; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
table { border-collapse: collapse; margin: 1rem 0 1.5rem; }
td, th { padding: .2rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }
td:first-child, th:first-child { text-align: left; padding-left: 0; }
tfoot td { font-weight: 600; }
.controls { position: sticky; top: 0; background: Canvas; padding: .6rem 0; border-bottom: 1px solid var(--line); display: flex; gap: 1.2rem; align-items: center; }
.controls input[type=search] { font: inherit; padding: .25rem .5rem; width: 22rem; }
details { border-bottom: 1px solid var(--line); }
details details { margin-left: 1.2rem; border-color: var(--soft); }
summary { cursor: pointer; padding: .25rem 0; }
summary .numbers { float: right; color: var(--out); font-variant-numeric: tabular-nums; }
summary .missing { color: var(--miss); font-weight: 600; }
dl { margin: .2rem 0 .8rem 1.2rem; display: grid; grid-template-columns: 13rem 1fr; gap: .15rem 1rem; }
dt { color: var(--out); overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; }
.bin { display: inline-block; margin: 0 .4rem .2rem 0; padding: 0 .45rem; border-radius: .25rem; border: 1px solid var(--line); font-size: .85rem; }
.bin.hit { border-color: var(--hit); }
.bin.out { color: var(--out); text-decoration: line-through; text-decoration-thickness: 1px; }
.bin.miss { background: var(--miss); color: #fff; border-color: var(--miss); }
pre { margin: .2rem 0 .5rem; padding: .5rem; background: var(--soft); overflow-x: auto; font-size: .8rem; }
.none { color: var(--out); padding: 1rem 0; }
`;

/** Runs in the page. Subjects are filled when they are opened: there are too many bins to show at once. */
const script = `
const list = document.getElementById('list');
const search = document.getElementById('search');
const only = document.getElementById('only');
const make = (tag, kind, text) => { const e = document.createElement(tag); if (kind) e.className = kind; if (text !== undefined) e.textContent = text; return e; };
const stateOf = ([, count, note]) => typeof note === 'number' ? 'out' : count > 0 ? 'hit' : 'miss';
function numbers(bins) {
  const of = (state) => bins.filter((bin) => stateOf(bin) === state).length;
  const e = make('span', 'numbers', of('hit') + ' of ' + (bins.length - of('out')) + (of('out') ? ', ' + of('out') + ' excluded' : ''));
  if (of('miss')) e.prepend(make('span', 'missing', of('miss') + ' missed '));
  return e;
}
function fill(details, aspects) {
  const dl = make('dl');
  for (const { name, bins } of aspects) {
    dl.append(make('dt', '', name));
    const dd = make('dd');
    for (const bin of bins) {
      const [label, count, note] = bin;
      const state = stateOf(bin);
      const e = make('span', 'bin ' + state, label);
      e.title = state === 'out' ? 'excluded: ' + data.reasons[note] : state === 'hit' ? (count < plenty ? count : plenty + ' or more') + ' times' : 'missed';
      dd.append(e);
      if (state === 'miss') dd.append(make('pre', '', note));
    }
    dl.append(dd);
  }
  details.append(dl);
}
function draw() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  list.replaceChildren();
  let shown = 0;
  for (const group of data.groups) {
    const outer = make('details');
    const all = [];
    for (const subject of group.subjects) {
      const aspects = subject.aspects.map(({ name, bins }) => ({ name, bins: bins.filter((bin) => {
        if (only.value !== 'all' && stateOf(bin) !== only.value) return false;
        const text = (group.title + ' ' + subject.name + ' ' + name + ' ' + bin[0]).toLowerCase();
        return words.every((word) => text.includes(word));
      }) })).filter(({ bins }) => bins.length > 0);
      if (aspects.length === 0) continue;
      const bins = aspects.flatMap((aspect) => aspect.bins);
      all.push(...bins);
      const inner = make('details');
      const head = make('summary', '', subject.name);
      head.append(numbers(bins));
      inner.append(head);
      inner.addEventListener('toggle', () => { if (inner.open && inner.childElementCount === 1) fill(inner, aspects); });
      outer.append(inner);
    }
    if (all.length === 0) continue;
    shown += all.length;
    const head = make('summary', '', group.title);
    head.append(numbers(all));
    outer.prepend(head);
    outer.open = words.length > 0 || only.value === 'miss';
    list.append(outer);
    if (shown <= 400 && outer.open) for (const inner of outer.querySelectorAll('details')) inner.open = true;
  }
  if (shown === 0) list.append(make('p', 'none', only.value === 'miss' ? 'Nothing is missed.' : 'No bin fits.'));
}
search.addEventListener('input', draw);
only.addEventListener('change', draw);
draw();
`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @param about one line under the title: what was run */
export function page(collector: Collector, about: string): string {
  const rows = totals({ model: collector.model, count: (bin) => collector.count(bin) });
  const all = sum(rows);
  const cells = (row: typeof all): string =>
    `<td>${row.bins}</td><td>${row.hit}</td><td>${row.excluded}</td><td>${row.bins - row.excluded - row.hit}</td><td>${percent(row)} %</td>`;
  const body = rows.map((row) => `<tr><td>${row.group}: ${groups[row.group]}</td>${cells(row)}</tr>`).join('\n');
  const reasons = exclusions(collector.model.bins)
    .map(({ reason, bins }) => `<tr><td>${escaped(reason)}</td><td>${bins}</td></tr>`)
    .join('\n');
  // A page may not hold the end of its own script.
  const data = JSON.stringify(dataOf(collector)).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Functional coverage</title><style>${style}</style></head><body>
<h1>Functional coverage</h1><div>${escaped(about)}</div>
<table><thead><tr><th>group</th><th>bins</th><th>hit</th><th>excluded</th><th>missed</th><th></th></tr></thead>
<tbody>
${body}
</tbody><tfoot><tr><td>all</td>${cells(all)}</tr></tfoot></table>
<details><summary>Why bins are excluded</summary><table>
${reasons}
</table></details>
<div class="controls"><input id="search" type="search" placeholder="instruction, module, value …" aria-label="filter">
<select id="only" aria-label="which bins"><option value="all">all bins</option><option value="miss">missed</option><option value="hit">hit</option><option value="out">excluded</option></select></div>
<div id="list"></div>
<script>const plenty = ${plenty};const data = ${data};${script}</script></body></html>
`;
}
