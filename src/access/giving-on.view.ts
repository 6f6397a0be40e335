import { countReferralsOf } from '../referrals/giving-on.queries.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { count } from '../shared/formats.ts';
import { listSupporters } from '../support/follow-up.queries.ts';
import { countSupportOf } from '../support/giving-on.queries.ts';
import { fields, type Typed } from '../web/forms.ts';
import { listDeciders } from './decider.queries.ts';
import { systemsWithKeysOf } from './giving-on.queries.ts';
import { GivenOn, type Staff, type StaffWork } from './staff.schemas.ts';

/** What is a member of staff’s to do now, counted over all wings. */
export async function workOf({ db, clock }: Deps, staffId: string): Promise<StaffWork> {
  const [referrals, support, systems] = await Promise.all([
    countReferralsOf(db, staffId),
    countSupportOf(db, staffId, today(clock)),
    systemsWithKeysOf(db, staffId),
  ]);
  return { referrals, ...support, systems };
}

/** The same as a page shows it before it is given on, with whom it may be given to. */
export async function givingView(deps: Deps, { id, openSessions }: Pick<Staff, 'id' | 'openSessions'>) {
  const [work, deciders, supporters] = await Promise.all([
    workOf(deps, id),
    listDeciders(deps.db),
    listSupporters(deps.db),
  ]);
  const others = (staff: { id: string; name: string }[]) =>
    staff.flatMap((one) => (one.id === id ? [] : [{ value: one.id, text: one.name }]));
  const line = (number: number, one: string, rest: { many?: string; href: string; action: string }) =>
    number ? [{ text: count(number, one, rest.many), ...rest }] : [];
  return {
    work,
    held: [
      ...line(work.referrals, 'open referral', {
        href: `/referrals?status=all&assigned=${id}`,
        action: 'referrals.read',
      }),
      ...line(work.followUps, 'follow-up', {
        many: 'follow-ups',
        href: `/support?from=2000-01-01&status=ahead&supporter=${id}`,
        action: 'follow-ups.read',
      }),
      ...line(work.dropIns, 'drop-in', { href: '/drop-ins', action: 'drop-ins.read' }),
      ...line(openSessions, 'browser', { href: `/settings/staff/${id}`, action: 'staff.read' }),
      ...work.systems.map(({ id: systemId, name, keys }) => ({
        text: `${count(keys, 'key')} of ${name} that they made`,
        href: `/settings/api-clients/${systemId}`,
        action: 'settings.change',
      })),
    ],
    deciders: others(deciders),
    supporters: others(supporters),
  };
}

/** Whom a form gives someone’s work to. */
export const givenIn = ({ referralsTo = '', supportTo = '' }: Typed): GivenOn =>
  fields(GivenOn, { referralsTo, supportTo });

/** Where work went when someone was suspended, in sentences; nothing where they had none. */
export function whatBecame({ referrals, followUps, dropIns }: StaffWork, given: GivenOn): string {
  const went = (to: string | null | undefined, number: number) =>
    to ? `${number === 1 ? 'was' : 'were'} given on` : 'became nobody’s';
  return [
    referrals && `${count(referrals, 'open referral')} ${went(given.referralsTo, referrals)}.`,
    (followUps || dropIns) &&
      `${count(followUps, 'follow-up')} and ${count(dropIns, 'drop-in')} ${went(given.supportTo, 2)}.`,
  ]
    .filter(Boolean)
    .join(' ');
}
