import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
/** Seconds that each test file takes, written by `npm test -- --times`. */
const timesFile = path.join(root, 'test/times.json');

type Times = Record<string, number>;

/** Every test file, by its path from the root. */
export const allTestFiles = (): string[] =>
  globSync('test/**/*.test.ts', { cwd: root })
    .map((file) => file.replaceAll(path.sep, '/'))
    .sort();

/** The same files, those that took longest first, so that no long one is left for the end; one that nobody has timed goes before all. */
export function longestFirst(files: string[], times: Times = readTimes()): string[] {
  const of = (file: string) => times[file] ?? Number.POSITIVE_INFINITY;
  return files.toSorted((a, b) => (of(a) === of(b) ? 0 : of(b) - of(a)));
}

/** Seconds that each file of a run took, from the TAP that it wrote. */
export function timesIn(tap: string): Times {
  const ends = tap.matchAll(/^(?:not )?ok \d+ - (\S+\.test\.ts) # time=([\d.]+)ms$/gm);
  return Object.fromEntries([...ends].map(([, file, ms]) => [file!, Math.round(Number(ms) / 100) / 10]));
}

/** The ten slowest files of a run, a line each. */
export function slowest(times: Times): string {
  const lines = Object.entries(times)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10);
  return lines.map(([file, seconds]) => `${seconds.toFixed(1).padStart(6)} s  ${file}`).join('\n');
}

/** Keeps the times of a run of all files, for the order of the next. */
export function keepTimes(times: Times): void {
  const sorted = Object.fromEntries(Object.entries(times).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(timesFile, `${JSON.stringify(sorted, null, 2)}\n`);
}

function readTimes(): Times {
  try {
    return JSON.parse(readFileSync(timesFile, 'utf8'));
  } catch {
    return {};
  }
}
