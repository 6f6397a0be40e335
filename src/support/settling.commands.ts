import { civilTime } from '../shared/clock.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { maybe } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import type { FollowUpChange, NewFollowUp, NewOutcome } from './follow-up.schemas.ts';
import { lockDiary } from './planning.queries.ts';
import { arrange, type Diary, type Wanted, whyNotThen } from './planning.rules.ts';
import { type Slot, skippedTime } from './slot.rules.ts';
import type { Way } from './support.rules.ts';
import { noCall, wayFor } from './way.rules.ts';

/** What an added follow-up is unless someone says otherwise. */
export const usually = { startsAt: '10:00', way: 'phone' } as const;

type Given = Pick<NewFollowUp, 'patientId' | 'dueOn' | 'startsAt' | 'way'> & {
  supporterId: string | null;
  minutes: number;
};

/**
 * The way and the time of a follow-up that someone adds: as they gave them, and for what they left out a way
 * that the person can use and the free time next to 10am. The person is locked, and the supporter is.
 * @throws Problem `invalid` for a time that the clocks skip, or without a way for someone who alone makes contact
 */
export async function settle(work: Work, given: Given): Promise<Slot & { way: Way }> {
  const { patientId, dueOn, minutes, supporterId } = given;
  if (given.startsAt) assertThere(dueOn, given.startsAt);
  if (given.way === 'phone') await assertMayCall(work, patientId);
  if (given.startsAt && given.way) return { dueOn, minutes, startsAt: given.startsAt, way: given.way };
  const diary = await lockDiary(work, [given]);
  const way = given.way ?? usableWay(diary, patientId, work.today);
  if (given.startsAt) return { dueOn, minutes, startsAt: given.startsAt, way };
  const wanted = { patientId, supporterId, dueOn, minutes, startsAt: usually.startsAt, way };
  return arrange([wanted], diary, civilTime(work.deps.clock))[0]!;
}

/**
 * The time that a follow-up moves to: as given; with another date alone, the free time next to the one that it has.
 * @throws Problem `invalid` for a time that the clocks skip
 */
export async function settleMove(
  work: Work,
  before: Wanted & { id: string },
  change: FollowUpChange,
): Promise<Pick<Slot, 'dueOn' | 'startsAt'>> {
  const { dueOn = before.dueOn, startsAt = before.startsAt } = change;
  if (dueOn === before.dueOn && startsAt === before.startsAt) return { dueOn, startsAt };
  const wanted = { ...before, dueOn, startsAt, ...given(change) };
  if (!change.startsAt) return freeNextTo(work, wanted);
  assertThere(dueOn, startsAt);
  if (change.onlyFree) await assertFree(work, wanted);
  return { dueOn, startsAt };
}

/** The free time next to the one that a follow-up wants, once its supporter is locked. */
async function freeNextTo(work: Work, wanted: Wanted & { id: string }): Promise<Slot> {
  const diary = await lockDiary(work, [wanted], [wanted.id]);
  return arrange([wanted], diary, civilTime(work.deps.clock))[0]!;
}

/** @throws Problem `invalid` for a time at which there is something else, outside the person's hours, or on a day without work */
async function assertFree(work: Work, wanted: Wanted & { id: string }): Promise<void> {
  const diary = await lockDiary(work, [wanted], [wanted.id]);
  const why = whyNotThen(wanted, diary, civilTime(work.deps.clock));
  if (why) throw new Problem('invalid', { errors: [why] });
}

/**
 * When a follow-up is tried again: at the time that is given where that is free, else at the free time next to the one it had.
 * @throws Problem `invalid` for a time that is past, or not free
 */
export async function settleAgain(
  work: Work,
  missed: Wanted & { id: string },
  { dueOn, startsAt }: NonNullable<NewOutcome['again']>,
): Promise<Slot> {
  const wanted = { ...missed, dueOn, startsAt: startsAt ?? missed.startsAt };
  assertThere(dueOn, wanted.startsAt);
  const now = civilTime(work.deps.clock);
  const isPast = startsAt ? `${dueOn}T${startsAt}` <= now : dueOn < work.today;
  if (isPast)
    throw invalid({ pointer: '/again/dueOn', message: 'This time is past. Give one that is ahead.' });
  if (!startsAt) return freeNextTo(work, wanted);
  const why = whyNotThen(wanted, await lockDiary(work, [wanted], [missed.id]), now);
  if (why) throw invalid({ ...why, pointer: `/again${why.pointer}` });
  return wanted;
}

/** What a change says of how long, how and by whom. */
const given = ({ minutes, way, supporterId }: FollowUpChange): Partial<Wanted> => ({
  ...(minutes && { minutes }),
  ...(way && { way }),
  ...(supporterId !== undefined && { supporterId }),
});

function usableWay({ people }: Diary, patientId: string, today: string): Way {
  const person = people.find(({ id }) => id === patientId);
  const way = person && wayFor(usually.way, person, today);
  if (way) return way;
  throw invalid({
    pointer: '/way',
    message: 'Only they make contact: say how you agreed with them that it takes place.',
  });
}

/** @throws Problem `invalid` for a call by phone with someone who needs British Sign Language */
export async function assertMayCall(work: Work, patientId: string): Promise<void> {
  const bsl = await maybe(work.trx, 'follow-up.needs-bsl', {})`
    select from patient where id = ${patientId} and 'bsl' = any(communication_needs)`;
  if (bsl) throw invalid({ pointer: '/way', message: noCall });
}

function assertThere(dueOn: string, startsAt: string): void {
  const errors = skippedTime(dueOn, startsAt);
  if (errors.length) throw new Problem('invalid', { errors });
}
