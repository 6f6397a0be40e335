import { Temporal } from 'temporal-polyfill';
import { col, type RowOf } from '../shared/rows.ts';
import { overlap, Slot } from './slot.rules.ts';
import { ways } from './support.rules.ts';

/** How follow-ups get their supporter: by hand, whom the person knows, or spread over who has time. */
export const assignWays = ['by_hand', 'usual', 'spread'] as const;

/** Why one was left as it is, in words. */
export const leftWords = {
  not_found: 'It is not there any more.',
  settled: 'It has its outcome already.',
  changed: 'Someone else gave it to another supporter meanwhile.',
  no_usual: 'Nobody has supported this person yet.',
  usual_busy: 'Whom the person knows has no time for it.',
  no_room: 'Nobody has time for it.',
} as const;
export type Left = keyof typeof leftWords;
export const leftReasons = Object.keys(leftWords) as Left[];

export const ToAssign = {
  ...Slot,
  id: col.text,
  patientId: col.text,
  way: col.oneOf(ways),
  /** The supporter whom the person knows. */
  usualId: col.orNull(col.text),
};
export type ToAssign = RowOf<typeof ToAssign>;
export const Helper = {
  id: col.text,
  isSupporter: col.boolean,
  /** Null without a limit. */
  weeklyMinutes: col.orNull(col.number),
  /** Until which civil date their DBS check counts. */
  dbsUntil: col.orNull(col.text),
  booked: col.listOf(col.object(Slot)),
};
export type Helper = RowOf<typeof Helper>;
export type Assignment = { id: string; supporterId: string } | { id: string; why: Left };

/** The Monday of a civil date's week. */
export function mondayOf(date: string): string {
  const day = Temporal.PlainDate.from(date);
  return day.subtract({ days: day.dayOfWeek - 1 }).toString();
}

/**
 * Who does which. The usual one has to have time for it; spread, a person stays with whom they know, and
 * the rest goes to who has the fewest minutes that week. Nobody is given two at the same time, more than
 * their week has, or a visit without a check that counts (supporters alone; staff of the scheme decide by hand).
 */
export function assign(followUps: ToAssign[], helpers: Helper[], how: 'usual' | 'spread'): Assignment[] {
  const slots = new Map(helpers.map(({ id, booked }) => [id, [...booked]]));
  const known = new Map<string, string>();
  const inOrder = followUps.toSorted((one, other) =>
    `${one.dueOn}${one.startsAt}${one.id}`.localeCompare(`${other.dueOn}${other.startsAt}${other.id}`),
  );
  return inOrder.map((followUp) => {
    const usualId = followUp.usualId ?? known.get(followUp.patientId);
    const usual = helpers.find(({ id }) => id === usualId);
    const fit = helpers.filter((helper) => hasTime(followUp, helper, slots.get(helper.id)!));
    const free = fit.filter(({ isSupporter }) => isSupporter);
    const chosen =
      usual && fit.includes(usual)
        ? usual
        : how === 'spread'
          ? free.toSorted(
              (one, other) =>
                minutesIn(slots.get(one.id)!, followUp.dueOn) -
                  minutesIn(slots.get(other.id)!, followUp.dueOn) || one.id.localeCompare(other.id),
            )[0]
          : undefined;
    if (!chosen)
      return { id: followUp.id, why: how === 'spread' ? 'no_room' : usual ? 'usual_busy' : 'no_usual' };
    slots.get(chosen.id)!.push(followUp);
    known.set(followUp.patientId, chosen.id);
    return { id: followUp.id, supporterId: chosen.id };
  });
}

function hasTime(followUp: ToAssign, helper: Helper, taken: Slot[]): boolean {
  const { weeklyMinutes, dbsUntil, isSupporter } = helper;
  if (followUp.way === 'in_person' && isSupporter && (dbsUntil ?? '') < followUp.dueOn) return false;
  if (weeklyMinutes !== null && minutesIn(taken, followUp.dueOn) + followUp.minutes > weeklyMinutes)
    return false;
  return !taken.some((slot) => overlap(slot, followUp));
}

/** Minutes that are taken in the week of a civil date. */
function minutesIn(slots: Slot[], date: string): number {
  const monday = mondayOf(date);
  return slots.reduce((sum, { dueOn, minutes }) => sum + (mondayOf(dueOn) === monday ? minutes : 0), 0);
}
