import { inWords } from '../../shared/formats.ts';
import type { ImportLine } from './import.rules.ts';

/** What is said of more lines than these is said once. */
const mostRepeated = 2;
const shownOpen = 10;

/**
 * The ready lines of a sheet as its page shows them: how many there are of each model, what is said of many of them once,
 * and of those that are shown the first ten and the rest, to be folded.
 */
export function previewView(lines: ImportLine[], shown: ImportLine[]) {
  const ready = lines.filter(({ verdict }) => verdict === 'ready');
  const said = [...counted(ready.flatMap(({ remarks }) => remarks))].filter(
    ([, times]) => times > mostRepeated,
  );
  const often = new Set(said.map(([text]) => text));
  const readyLines = shown.map((line) => ({
    ...line,
    remarks: line.remarks.filter((text) => !often.has(text)),
  }));
  return {
    models: byCount(counted(ready.map(({ device }) => modelOf(device)))),
    remarks: said.map(([text, times]) => ({ text, times })),
    firstLines: readyLines.slice(0, shownOpen),
    moreLines: readyLines.slice(shownOpen),
  };
}

function counted(texts: string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
}

const byCount = (times: Map<string, number>) =>
  [...times].map(([name, number]) => ({ name, number })).sort((one, other) => other.number - one.number);

const modelOf = ({ kind, make, model }: ImportLine['device']) =>
  `${inWords(kind)}, ${[make, model].filter(Boolean).join(' ')}`;
