import type { Typed } from './forms.ts';

/**
 * What a page with a list of scans was sent: the button that was pressed (`add` when a scanner ended
 * its scan with Enter), the labels so far without the one that was taken out, and what stands in the box.
 * @param list the name of the fields that carry the labels
 */
export function readScans(typed: Typed, list: string): { action: string; labels: string[]; scan: string } {
  const [, action = 'add', removed] = /^(\w+) ?(.*)$/.exec(String(typed.do ?? '')) ?? [];
  const labels = [typed[list] ?? []].flat().filter((label) => label !== removed);
  return { action, labels, scan: String(typed.scan ?? '').trim() };
}

/** The lines after a scan: the last one is new, or was in the list already. Without a scan they stay as they are. */
export function afterScan<Line extends { label: string }>(
  lines: Line[],
  isScan = true,
): { lines: Line[]; last?: Line & { twice: boolean } } {
  const last = lines.at(-1);
  if (!isScan || !last) return { lines };
  const before = lines.slice(0, -1);
  const twice = before.some(({ label }) => label.toUpperCase() === last.label.toUpperCase());
  return { lines: twice ? before : lines, last: { ...last, twice } };
}
