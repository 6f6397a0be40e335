import { type RawBuilder, sql } from 'kysely';
import { isOpenLoan } from '../lending/loans/loan.states.ts';
import { pointJson, withDoubts } from '../people/doubt.queries.ts';
import { ContactPoint, ContactWishes, chooseContact, mayContact, wordings } from '../people/reach.rules.ts';
import { trustedPointJson } from '../people/trusted.queries.ts';
import { isOpenReferral } from '../referrals/referral.states.ts';
import { clinicAndPredecessors } from '../scheme/organisations/organisation.queries.ts';
import { addDays, today } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { byId, type ListPage, toPage } from '../shared/lists.ts';
import { col } from '../shared/rows.ts';
import { each, many } from '../shared/statements.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { type Audience, audiences, worthTelling } from './announcement.rules.ts';
import { Announcement, type AnnouncementDraft, type AnnouncementReach } from './announcement.schemas.ts';
import { reachOf } from './deliverability.ts';
import { goesThroughFor } from './kind.queries.ts';
import { subjects } from './kinds/kind.ts';

type Whom = Pick<AnnouncementDraft, 'audience' | 'clinicId' | 'supporterId'>;

/** Whom each audience holds of the people `p`, for a clinic and a supporter in SQL. */
const audienceOf = (clinic: RawBuilder<unknown>, supporter: RawBuilder<unknown>) =>
  ({
    on_loan: sql`exists (select from loan l where l.patient_id = p.id and ${isOpenLoan('l')})`,
    support_ahead: sql`exists (select from follow_up f where f.patient_id = p.id and ${isAhead('f')})`,
    clinic: sql`exists (select from referral r where r.patient_id = p.id and r.clinic_id in ${clinicAndPredecessors(clinic)} and ${isOpenReferral('r')})`,
    supporter: sql`exists (select from follow_up f where f.patient_id = p.id and f.supporter_id = ${supporter} and ${isAhead('f')})`,
  }) satisfies Record<Audience, RawBuilder<unknown>>;
const mayBeTold = sql`p.merged_into is null and p.erased_at is null and p.contact_state not in ('withdrawn', 'deceased')`;

/** The people `p` whom news is for. Who has died or wants no contact any more is told nothing. */
export function isConcerned({ audience, clinicId, supporterId }: Whom) {
  const of = audienceOf(sql`${clinicId ?? null}::uuid`, sql`${supporterId ?? null}::uuid`);
  return sql`(${mayBeTold} and ${of[audience]})`;
}

/** What staff are to tell someone by themselves: the news for them since an instant, the newest first, in their wording. */
export async function newsFor(db: Reader, patientId: string, since: string) {
  const of = audienceOf(sql`a.clinic_id`, sql`a.supporter_id`);
  return many(db, 'announcement.for-one', { at: col.text, text: col.text })`
    select a.created_at as at, case p.wording when 'identified' then a.identified else a.discreet end as text
    from announcement a join patient p on p.id = ${patientId}
    where a.created_at >= ${since}::timestamptz and ${mayBeTold} and case a.audience
      ${sql.join(
        audiences.map((audience) => sql`when ${sql.lit(audience)} then ${of[audience]}`),
        sql` `,
      )} end
    order by a.id desc limit 50`;
}

const Concerned = {
  id: col.text,
  wording: col.oneOf(wordings),
  needs: col.listOf(col.text),
  wishes: col.object(ContactWishes),
  through: col.boolean,
  points: col.listOf(col.object(ContactPoint)),
  trusted: col.orNull(col.object(ContactPoint)),
};

/** How everyone concerned would hear of news, if it went now. */
export async function announcementReach(deps: Deps, whom: Whom): Promise<AnnouncementReach> {
  const day = today(deps.clock);
  const people = await many(deps.db, each('announcement.concerned'), Concerned)`
    select p.id, p.wording, p.communication_needs as needs, ${goesThroughFor(deps, sql`${subjects.announcement.topic}`)} as through,
      json_build_object('contactChoice', p.contact_choice, 'contactState', p.contact_state, 'pausedUntil', p.paused_until) as wishes,
      coalesce((select json_agg(${pointJson} order by c.position) from contact_point c where c.patient_id = p.id), '[]') as points,
      ${trustedPointJson} as trusted
    from patient p where ${isConcerned(whom)} order by p.id`;
  const points = await withDoubts(
    deps.db,
    people.flatMap((person) => person.points),
    day,
  );
  const known = new Map(points.map((point) => [point.id, point]));
  const count: AnnouncementReach = { people: people.length, sms: 0, email: 0, letter: 0, held: 0, tasks: 0 };
  for (const person of people) {
    if (!mayContact(person.wishes, day)) count[isTask(person.wishes, day) ? 'tasks' : 'held']++;
    else if (person.through && person.trusted) count.sms++;
    else {
      const chosen = chooseContact(
        person.points.map(({ id }) => known.get(id)!),
        reachOf(deps, person),
      );
      if (chosen.point) count[chosen.point.channel]++;
      else count[chosen.why === 'no_safe_contact' ? 'tasks' : 'held']++;
    }
  }
  return count;
}

/** Whether nobody may write to someone for as long as news is worth telling; a pause that ends before only holds it. */
const isTask = ({ contactChoice, pausedUntil }: ContactWishes, day: string) =>
  contactChoice === 'patient_contacts_us' ||
  pausedUntil === null ||
  pausedUntil >= addDays(day, worthTelling);

/** The same as a condition on patients `p`, on a civil date. */
export const isNeverWritten = (day: string) =>
  sql`(p.contact_choice = 'patient_contacts_us' or p.contact_state = 'paused' and (p.paused_until is null or p.paused_until >= ${addDays(day, worthTelling)}::date))`;

const columns = sql`a.id, a.audience, case when o.id is not null then json_build_object('id', o.id, 'name', o.name) end as clinic,
  case when s.id is not null then json_build_object('id', s.id, 'name', s.name) end as supporter, a.identified, a.discreet, a.people,
  (select count(*)::int from reminder r where r.reason = 'announcement' and r.subject_id = a.id and r.status = 'said') as told,
  a.created_at as "createdAt", a.by_name as "createdBy"`;

/** What was told to many, the newest first. */
export async function listAnnouncements(
  db: Reader,
  query: { limit: number; after?: string | undefined; id?: string },
): Promise<ListPage<Announcement>> {
  const { follows, by } = byId(sql`a.id`, query);
  const rows = await many(db, each('announcement.list'), Announcement.properties)`
    select ${columns} from announcement a left join organisation o on o.id = a.clinic_id left join staff s on s.id = a.supporter_id
    where true ${query.id ? sql`and a.id = ${query.id}` : sql``} ${follows} order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, ({ id }) => [id]);
}
