import { Temporal } from 'temporal-polyfill';
import type { Deps } from '../shared/deps.ts';
import { count } from '../shared/formats.ts';
import type { KeptSheet, SheetName } from './kept-sheet.ts';

/** So many lines of a verdict are on one page. */
const linesShown = 300;
/** When nothing has happened for so long, its page looks no more by itself; in minutes. */
const looksFor = 10;
/** Work that has not begun by then waits for a worker, in seconds. */
const startsWithin = 30;

type Line = { verdict: 'ready' | 'faulty' };

/**
 * The lines of a list as its page shows them: the first 300 at fault, and 300 of those that are ready.
 * @param from which of the ready lines is the first that is shown, counted from 1
 */
export function shownLines<Some extends Line>(lines: Some[] = [], from = 1) {
  const faulty = lines.filter(({ verdict }) => verdict === 'faulty');
  const ready = lines.filter(({ verdict }) => verdict === 'ready');
  const first = Math.min(from, Math.max(1, ready.length));
  const last = Math.min(first + linesShown - 1, ready.length);
  return {
    faultyLines: faulty.slice(0, linesShown),
    faultyCount: faulty.length,
    readyLines: ready.slice(first - 1, last),
    readyCount: ready.length,
    readyPartShown: {
      first,
      last,
      before: first > 1 ? Math.max(1, first - linesShown) : null,
      next: last < ready.length ? last + 1 : null,
    },
  };
}

/** How far the work on a long list is, for its own page. */
export function progressView({ clock }: Pick<Deps, 'clock'>, sheet: KeptSheet, path: string) {
  const { id, status, lines, linesDone } = sheet;
  const since = clock.now().since(Temporal.Instant.from(sheet.changedAt)).total('seconds');
  const isJudged = status !== 'to_judge';
  const has = status === 'saving' || (status === 'to_judge' && linesDone > 0);
  return {
    title: isJudged ? 'The list is being recorded' : 'The list is being checked',
    recording: isJudged,
    href: `${path}/${id}`,
    lines,
    linesDone,
    far: `${linesDone.toLocaleString('en-GB')} of ${count(lines, 'line')}`,
    begun: has,
    waits: !has && since > startsWithin,
    mayCallOff: status !== 'saving',
    looks: since < looksFor * 60,
  };
}

const named: Record<SheetName, { path: string; words: string }> = {
  donation: { path: '/donations/import', words: 'A donor’s list' },
  take_over: { path: '/loans/take-over', words: 'A list of what is already out' },
};
const become: Record<KeptSheet['status'], string> = {
  kept: 'is kept',
  to_judge: 'is being checked',
  judged: 'is ready to look through',
  to_save: 'is about to be recorded',
  saving: 'is being recorded',
  saved: 'is recorded',
  failed: 'could not be taken: see why, and mend it',
};

/** Someone’s own long list in a sentence, with where it leads. */
export const sheetInWords = ({ id, kind, status, lines }: KeptSheet) => ({
  href: `${named[kind].path}/${id}`,
  text: `${named[kind].words} of ${count(lines, 'line')} ${become[status]}`,
});
