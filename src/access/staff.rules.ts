import { Temporal } from 'temporal-polyfill';
import type { Role } from '../shared/actor.ts';
import { Problem } from '../shared/problem.ts';

export const staffRoles = ['officer', 'supporter', 'manager', 'auditor', 'administrator'] as const;
export type StaffRole = (typeof staffRoles)[number] & Role;

/** What each role is for, in a sentence. */
export const roleAbout: Record<StaffRole, string> = {
  officer: 'Issues devices, decides referrals and plans support',
  supporter: 'Sees their own follow-ups and nothing else',
  manager: 'What an officer may, and approves, reports and decides the rules',
  auditor: 'Reads everything and changes nothing',
  administrator: 'Looks after staff and settings; sees no patient',
};

export const shortestPassword = 12;

type Standing = { id: string; role: StaffRole; suspended: boolean };

/**
 * Somebody must be able to look after the scheme's staff, and nobody shuts themselves out.
 * @param administrators the ids of those who are not suspended
 * @throws Problem `staff-change-refused`
 */
export function assertStillLookedAfter(
  before: Standing,
  after: Omit<Standing, 'id'>,
  { by, administrators }: { by: string | null; administrators: string[] },
): void {
  const wasOne = before.role === 'administrator' && !before.suspended;
  const isOne = after.role === 'administrator' && !after.suspended;
  if (wasOne && !isOne && administrators.every((id) => id === before.id))
    throw new Problem('staff-change-refused', {
      detail: 'They are the only administrator. Make someone else one first.',
    });
  if (by === before.id && (after.suspended || after.role !== before.role))
    throw new Problem('staff-change-refused', {
      detail: 'This is your own account. Ask another administrator to change it.',
    });
}

/** A Disclosure and Barring Service check has no end of its own; schemes commonly repeat it after three years. */
const dbsYears = 3;
/** Civil days before that on which staff are asked to arrange the next. */
const dbsNoticeDays = 60;

/** Until which civil date a check made on another counts. */
export const dbsCountsUntil = (checkedOn: string): string =>
  Temporal.PlainDate.from(checkedOn).add({ years: dbsYears }).toString();

/** Checks made on this civil date or before it are to be repeated, seen from a day. */
export const dbsDueBy = (day: string): string =>
  Temporal.PlainDate.from(day).add({ days: dbsNoticeDays }).subtract({ years: dbsYears }).toString();
