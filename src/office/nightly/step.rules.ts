type StepRun = {
  startedAt: string;
  movedAt: string | null;
  finishedAt: string | null;
  supersededAt: string | null;
};
export const runStates = ['done', 'running', 'broken_off', 'taken_over'] as const;
export type RunState = (typeof runStates)[number];

/** A step that has not moved for so many minutes has lost its worker; the next night, or a person, runs it again. */
const lostAfterMinutes = 15;

/**
 * How a night stands, from its steps.
 * @param now ISO 8601 instant
 */
export function runStateOf(steps: StepRun[], now: string): RunState {
  if (steps.some(({ supersededAt }) => supersededAt)) return 'taken_over';
  const open = steps.filter(({ finishedAt }) => !finishedAt);
  if (!open.length) return 'done';
  const since = Math.max(...open.map(({ startedAt, movedAt }) => Date.parse(movedAt ?? startedAt)));
  return Date.parse(now) - since < lostAfterMinutes * 60_000 ? 'running' : 'broken_off';
}
