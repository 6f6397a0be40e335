import { sql } from 'kysely';
import type { Actor } from '../../shared/actor.ts';
import { jsonInstant, type Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import { byId, type ListPage, toPage } from '../../shared/lists.ts';
import { calledName } from '../../shared/person-name.ts';
import { Problem } from '../../shared/problem.ts';
import { each, many, maybe } from '../../shared/statements.ts';
import { isKnownTo, visibleTo } from '../follow-up.queries.ts';
import { Story, type StoryQuery, type ToldAt } from './story.schemas.ts';

/** A story `s` with the newest of its consents `c`. */
const tables = sql`story s left join patient p on p.id = s.patient_id left join drop_in d on d.id = s.drop_in_id left join location l on l.id = d.location_id
  left join lateral (select * from story_consent where story_id = s.id order by id desc limit 1) c on true`;

/** How the story `s` stands with its newest consent `c` on a civil day. */
const stateOn = (
  day: string,
) => sql`case when s.retired_at is not null then 'retired' when c.id is null or c.ended_why = 'words_changed' then 'to_ask'
  when c.ended_at is not null then 'withdrawn' when c.until < ${day}::date then 'ended' else 'consented' end`;

const shown = (
  day: string,
) => sql`s.id, case when p.id is not null then json_build_object('id', p.id, 'name', ${calledName}) end as patient,
  s.follow_up_id as "followUpId", case when d.id is not null then json_build_object('id', d.id, 'place', l.name, 'heldOn', d.held_on) end as "dropIn",
  s.words, s.version, s.telling, s.followed, s.told_on as "toldOn", s.written_by as "writtenBy", s.finds, ${stateOn(day)} as state,
  case when c.id is not null then json_build_object('purposes', c.purposes, 'way', c.way, 'toldName', c.told_name, 'notTheirName', c.not_their_name, 'givenOn', c.given_on, 'until', c.until,
    'recordedBy', c.recorded_by, 'endedAt', ${jsonInstant('c.ended_at')}) end as consent, s.changed_at as "changedAt"`;

/** Of stories `s` a supporter sees those of the people whom they support, and those told at their drop-ins by nobody known. */
export const isStoryOf = (actor: Actor) => sql`case when s.patient_id is null
  then exists (select from drop_in d where d.id = s.drop_in_id and ${visibleTo(actor, 'd')}) else ${isKnownTo(actor, sql`s.patient_id`)} end`;

/** Stories with how they stand on a civil day, the newest first, without those that were taken out; a supporter has their own. */
export async function listStories(
  db: Reader,
  actor: Actor,
  query: StoryQuery,
  day: string,
): Promise<ListPage<Story>> {
  const { follows, by } = byId(sql`s.id`, query);
  const rows = await many(db, each('story.list'), Story.properties)`
    select ${shown(day)} from ${tables} where s.retired_at is null and ${isStoryOf(actor)}
      ${query.state ? sql`and ${stateOn(day)} = ${query.state}` : sql``}
      ${query.followed ? sql`and s.followed = ${query.followed}` : sql``}
      ${query.patientId ? sql`and s.patient_id = ${query.patientId}` : sql``} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, ({ id }) => [id]);
}

/**
 * One story, also one that was taken out, which has no words.
 * @throws Problem `not-found`, also for one that is not the supporter's own
 */
export async function getStory(db: Reader, actor: Actor, id: string, day: string): Promise<Story> {
  const row = await maybe(db, 'story.get', Story.properties)`
    select ${shown(day)} from ${tables} where s.id = ${id} and ${isStoryOf(actor)}`;
  if (!row) throw new Problem('not-found');
  return row;
}

const Teller = { patient: Story.properties.patient, dropIn: Story.properties.dropIn };

/**
 * Who tells a story, where it is told, and the page that leads to it.
 * @throws Problem `not-found`, also for what is not the supporter's own
 */
export async function getTeller(db: Reader, actor: Actor, at: ToldAt) {
  const person = sql`json_build_object('id', p.id, 'name', ${calledName}) as patient, null as "dropIn"`;
  const [row, back] =
    'dropInId' in at
      ? [
          await maybe(db, 'story.teller-at-drop-in', Teller)`
            select null as patient, json_build_object('id', d.id, 'place', l.name, 'heldOn', d.held_on) as "dropIn"
            from drop_in d join location l on l.id = d.location_id where d.id = ${at.dropInId} and ${visibleTo(actor, 'd')}`,
          { href: `/drop-ins/${at.dropInId}`, text: 'Drop-in' },
        ]
      : 'followUpId' in at
        ? [
            await maybe(db, 'story.teller-at-follow-up', Teller)`
              select ${person} from follow_up f join patient p on p.id = f.patient_id where f.id = ${at.followUpId} and ${visibleTo(actor)}`,
            { href: `/follow-ups/${at.followUpId}`, text: 'Follow-up' },
          ]
        : [
            await maybe(db, 'story.teller', Teller)`
              select ${person} from patient p where p.id = ${at.patientId}`,
            { href: `/patients/${at.patientId}`, text: 'Patient' },
          ];
  if (!row) throw new Problem('not-found');
  return { ...row, back };
}

/** The version of a story's record, for If-Match. */
export const storyTag = ({ id, changedAt }: Pick<Story, 'id' | 'changedAt'>) => etagOf(id, changedAt);
