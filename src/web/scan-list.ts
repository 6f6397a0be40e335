import type { Typed } from './forms.ts';

/**
 * What a page with a list of scans was sent: the button that was pressed (`add` when a scanner ended
 * its scan with Enter, `list` for one that changes the list), the labels so far, without the one that was taken
 * out, and with the asset tag that was chosen in place of what several devices have; and what stands in the box.
 * @param list the name of the fields that carry the labels
 */
export function readScans(typed: Typed, list: string): { action: string; labels: string[]; scan: string } {
  const pressed = String(typed.do ?? '');
  const [, removed] = /^remove (.*)$/.exec(pressed) ?? [];
  const [, tag, several] = /^choose (\S+) (.*)$/.exec(pressed) ?? [];
  const labels = [typed[list] ?? []].flat().flatMap((label) => {
    if (!label || label === removed) return [];
    return label === several ? tag! : label;
  });
  const [action = 'add'] = pressed.split(' ');
  return {
    action: removed === undefined && tag === undefined ? action || 'add' : 'list',
    labels: [...new Set(labels)],
    scan: String(typed.scan ?? '').trim(),
  };
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
