import { sql } from 'kysely';
import { type Action, may } from '../access/permissions.ts';
import { wasLent } from '../lending/loans/loan.states.ts';
import { neededNotices } from '../privacy/notices/notice.rules.ts';
import { isAccepted } from '../referrals/referral.states.ts';
import type { Actor } from '../shared/actor.ts';
import type { Reader } from '../shared/database.ts';
import { col } from '../shared/rows.ts';
import { one } from '../shared/statements.ts';
import { isPrepared } from '../stock/devices/device.states.ts';

/** How a scheme begins, from an empty database to the first loan, in order. `done` says when a step is. */
const steps = {
  scheme: {
    href: '/settings/scheme',
    action: 'settings.change',
    link: 'Say what the scheme is called',
    text: 'and how people reach it: it is on every page, and in what is sent to people who allow that',
    done: sql`(select name is not null from scheme)`,
  },
  people: {
    href: '/settings/staff',
    action: 'staff.manage',
    link: 'Add your people',
    text: 'officers and managers, and supporters who see their own calls alone',
    done: sql`(select count(*) > 1 from (select from staff limit 2) s)`,
  },
  notices: {
    href: '/settings/notices',
    action: 'notices.publish',
    link: 'Say what the public should know',
    text: 'the accessibility statement and the privacy notices, which the foot of every page leads to',
    done: sql`(select count(distinct notice) from notice_version where notice = any(${neededNotices}::text[])) = ${neededNotices.length}`,
  },
  places: {
    href: '/settings/locations',
    action: 'settings.change',
    link: 'Add your places',
    text: 'where stock is kept, and the places that borrow shared kit',
    done: sql`exists (select from location)`,
  },
  clinics: {
    href: '/settings/clinics',
    action: 'clinics.manage',
    link: 'Add your clinics',
    text: 'who refers patients to you; each may have a form on a link of its own, or a key for its system',
    done: sql`exists (select from organisation where 'clinic' = any(roles))`,
  },
  devices: {
    href: '/donations/new',
    action: 'donations.record',
    link: 'Record a donation',
    text: 'its devices get their asset tags, and you print their labels',
    done: sql`exists (select from device)`,
  },
  ready: {
    href: '/bench',
    action: 'devices.prepare',
    link: 'Prepare a device',
    text: 'scan it at the bench and tick the checks that passed: then it is ready',
    done: sql`exists (select from device where ${isPrepared()})`,
  },
  referral: {
    href: '/referrals/new',
    action: 'referrals.send',
    link: 'Record a referral',
    text: 'that came by email or by phone; those of clinics arrive by themselves',
    done: sql`exists (select from referral)`,
  },
  accepted: {
    href: '/referrals',
    action: 'referrals.decide',
    link: 'Accept it',
    text: 'from then on the person waits',
    done: sql`exists (select from referral where ${isAccepted()})`,
  },
  loan: {
    href: '/referrals/waiting',
    action: 'loans.issue',
    link: 'Issue the first loan',
    text: 'from the waiting list. With it and the notices this list is over',
    done: sql`exists (select from loan where ${wasLent()})`,
  },
} satisfies Record<
  string,
  { href: string; action: Action; link: string; text: string; done: ReturnType<typeof sql> }
>;

export type FirstStep = { href: string | null; link: string; text: string; isDone: boolean };

export type FirstSteps = { isLent: boolean; steps: FirstStep[] };

/**
 * The first steps while nothing was ever lent, each with whether it is done. Afterwards none but the notices, until
 * each is written. One statement. A step leads somewhere for those who may do it.
 */
export async function firstSteps(db: Reader, actor: Actor): Promise<FirstSteps> {
  const facts = Object.entries(steps).map(([name, { done }]) => sql`${done} as ${sql.ref(name)}`);
  const names = Object.keys(steps).map((name) => [name, col.boolean]);
  const done = await one(
    db,
    'today.first-steps',
    Object.fromEntries(names) as Record<string, typeof col.boolean>,
  )`select ${sql.join(facts)}`;
  const left = Object.entries(steps).filter(([name]) => !done.loan || (name === 'notices' && !done.notices));
  return {
    isLent: done.loan!,
    steps: left.map(([name, { href, action, link, text }]) => ({
      href: may(actor, action) ? href : null,
      link,
      text,
      isDone: done[name]!,
    })),
  };
}
