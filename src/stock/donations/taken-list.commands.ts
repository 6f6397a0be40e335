import type { Static } from 'typebox';
import { keyedHash } from '../../access/tokens.ts';
import { civilDate } from '../../shared/clock.ts';
import type { Reader, Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { date } from '../../shared/formats.ts';
import { nameKey } from '../../shared/name-key.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { many, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { isOfSame, type TakenList } from './taken-list.rules.ts';
import type { TakenBefore } from './taken-list.schemas.ts';

/** How long a list is recognised. */
export const listKnownFor = '1 year';

/** The donation as which the same list was taken in, by what is recorded of it now; null when it was not. */
export async function takenBefore(
  { key }: Pick<Deps, 'key'>,
  db: Reader | Trx,
  list: TakenList,
): Promise<Static<typeof TakenBefore>> {
  const rows = await many(db, 'taken-list.find', {
    id: col.text,
    reference: col.text,
    donorId: col.text,
    donor: col.text,
    donorReference: col.orNull(col.text),
    receivedOn: col.text,
    takenAt: col.text,
    by: col.text,
  })`
    select n.id, n.reference, o.id as "donorId", o.name as donor, n.donor_reference as "donorReference", n.received_on as "receivedOn",
      t.taken_at as "takenAt",
      coalesce((select e.actor_name from event_subject s join event e on e.id = s.event_id
        where s.subject_id = n.id and e.type = 'donation.recorded' order by e.id limit 1), 'someone') as by
    from taken_list t join donation n on n.id = t.donation_id join organisation o on o.id = n.donor_id
    where t.digest = ${digestOf(key, list)} order by n.id desc`;
  const same = rows.find(
    ({ donorId, donor, donorReference, receivedOn }) =>
      isOfSame(list, { receivedOn, reference: donorReference }) &&
      (list.donor ? nameKey(donor) === nameKey(list.donor.name) : donorId === list.donorId),
  );
  if (!same) return null;
  const { id, reference, takenAt, by } = same;
  return { donation: { id, reference }, takenOn: civilDate(takenAt), by };
}

/**
 * Holds that a list was not taken in before, unless someone says that it is another one. Nobody takes the same until the
 * transaction ends.
 * @throws Problem `taken-before` with the donation
 */
export async function assertNewList(work: Work, list: TakenList, isAnother: boolean): Promise<void> {
  const lock = digestOf(work.deps.key, list).readBigInt64BE();
  await run(work.trx, 'taken-list.lock')`select pg_advisory_xact_lock(${lock})`;
  const before = isAnother ? null : await takenBefore(work.deps, work.trx, list);
  if (!before) return;
  throw new Problem('taken-before', {
    detail: 'If it is another one, say so.',
    errors: [{ pointer: '/another', message: takenWords(before) }],
    donation: before.donation,
  });
}

/** Writes down by what a list is recognised when it comes again. */
export async function keepList(work: Work, donationId: string, list: TakenList): Promise<void> {
  await run(
    work.trx,
    'taken-list.keep',
    work.trx.insertInto('taken_list').values({
      donation_id: donationId,
      digest: digestOf(work.deps.key, list),
      taken_at: work.at,
    }),
  );
}

/** When a list was taken in, by whom and as what, in a sentence. */
export const takenWords = ({ takenOn, by, donation }: NonNullable<Static<typeof TakenBefore>>) =>
  `This list was taken in on ${date(takenOn)} by ${by} as donation ${donation.reference}.`;

const digestOf = (key: string, list: TakenList) => keyedHash(key, 'taken-list', list.text);
