import type { TaskKind } from '../tasks/task.rules.ts';

/** What people may say by the link in a message. */
export const answerKinds = ['confirm', 'move', 'ring', 'lost', 'run_out', 'stop'] as const;
export type AnswerKind = (typeof answerKinds)[number];

/** What staff are asked to do about each; a confirmation asks nothing of anybody. */
export const taskFor: Record<Exclude<AnswerKind, 'confirm'>, { kind: TaskKind; urgent: boolean }> = {
  move: { kind: 'asked_to_move', urgent: false },
  ring: { kind: 'asked_to_ring', urgent: false },
  lost: { kind: 'said_lost', urgent: true },
  run_out: { kind: 'said_run_out', urgent: false },
  stop: { kind: 'asked_to_stop', urgent: false },
};

/** What is kept as their words where they wrote none. */
export const kindWords: Record<AnswerKind, string> = {
  confirm: 'That time is right.',
  move: 'I would like another time.',
  ring: 'Please ring me.',
  lost: 'Something is lost.',
  run_out: 'Something has run out.',
  stop: 'Please do not send me these messages.',
};

/** After the last thing that a message speaks of, a link works for so many days, and for no fewer than these from when it went. */
const daysAfter = 3;
const daysAtLeast = 7;
const day = 86_400_000;

/**
 * Until when the link in a message works.
 * @param about instants of what the message speaks of, ISO 8601
 */
export function linkEnds(now: string, about: string[]): string {
  const latest = Math.max(...about.map((at) => Date.parse(at) + daysAfter * day));
  return new Date(Math.max(latest, Date.parse(now) + daysAtLeast * day)).toISOString();
}

type Spoken = { status: string; at: string; asTold: boolean };

/** Which of them a person may say now: what they said is not asked again, and only a time that is ahead, and still as they were told, is confirmed or moved. */
export function mayAnswer(link: { followUps: Spoken[]; answered: AnswerKind[] }, now: string): AnswerKind[] {
  const ahead = link.followUps.filter(({ at, asTold }) => at > now && asTold);
  const allowed: Record<AnswerKind, boolean> = {
    confirm: ahead.some(({ status }) => status === 'planned'),
    move: ahead.length > 0,
    ring: true,
    lost: true,
    run_out: true,
    stop: true,
  };
  return answerKinds.filter((kind) => allowed[kind] && !link.answered.includes(kind));
}
