import { type RawBuilder, sql } from 'kysely';
import { isAnswerableByLink } from '../../messages/reminder.queries.ts';
import { seeingAll } from '../../shared/asker.ts';
import { addDays } from '../../shared/clock.ts';
import { jsonInstant, type Reader } from '../../shared/database.ts';
import { calledName } from '../../shared/person-name.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { many, maybe } from '../../shared/statements.ts';
import { baselines, dueSince, type Item, totals, whyNotUse } from './instrument.rules.ts';
import { Measure, MeasureSummary, type MeasureToAsk } from './measure.schemas.ts';
import { measureCounts } from './measure.states.ts';

const summary = sql`m.id, json_build_object('id', i.id, 'name', i.name, 'version', v.version) as instrument, m.way, m.status, m.asked_on as "askedOn",
  m.asked_by as "askedBy", m.answered_on as "answeredOn", m.total::float8 as total, m.follow_up_id as "followUpId",
  case when m.way = 'link' then json_build_object('until', m.link_until, 'endedAt', ${jsonInstant('m.link_ended_at')}) end as link,
  case when m.taken_back_at is not null then json_build_object('at', ${jsonInstant('m.taken_back_at')}, 'by', m.taken_back_by, 'reason', m.taken_back_reason) end as "takenBack"`;
const ofVersion = sql`measure_asking m join instrument_version v on v.id = m.version_id join instrument i on i.id = v.instrument_id`;

/** What a person was asked with instruments, the newest first; 200 at most. */
export async function listMeasures(db: Reader, patientId: string): Promise<MeasureSummary[]> {
  return many(db, 'measure.list', MeasureSummary.properties)`
    select ${summary} from ${ofVersion} where m.patient_id = ${patientId} order by m.asked_on desc, m.id desc limit 200`;
}

/**
 * One asking with its items and what was answered.
 * @throws Problem `not-found`
 */
export async function getMeasure(db: Reader, id: string): Promise<Measure> {
  const row = await maybe(db, 'measure.get', Measure.properties)`
    select ${summary}, json_build_object('id', p.id, 'name', ${calledName}) as patient, v.items, m.answers
    from ${ofVersion} join patient p on p.id = m.patient_id where m.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

const Standing = {
  instrumentId: col.text,
  name: col.text,
  versionId: col.text,
  version: col.number,
  total: col.oneOf(totals),
  mayMiss: col.number,
  items: col.unchecked<Item[]>(),
  retired: col.boolean,
  licenceNeeded: col.boolean,
  licenceHeld: col.boolean,
  baseline: col.orNull(col.oneOf(baselines)),
  repeatWeeks: col.listOf(col.number),
  referredOn: col.orNull(col.text),
  startedOn: col.orNull(col.text),
  lastAskedOn: col.orNull(col.text),
  hasDeclined: col.boolean,
  isOut: col.boolean,
  isOutByLink: col.boolean,
  isRecordedHere: col.boolean,
};

/** How instruments stand with the person `p` on a civil day, each in the version that is asked now. */
async function readStanding(
  db: Reader,
  patientId: string,
  day: string,
  { which, followUpId = null }: { which: RawBuilder<unknown>; followUpId?: string | null | undefined },
) {
  return many(db, 'measure.standing', Standing)`
    select i.id as "instrumentId", i.name, v.id as "versionId", v.version, v.total, v.may_miss as "mayMiss", v.items, i.retired_at is not null as retired,
      i.licence_needed as "licenceNeeded", i.licence_held as "licenceHeld", i.baseline, i.repeat_weeks as "repeatWeeks",
      (select max((r.received_at at time zone 'Europe/London')::date) from referral r where r.patient_id = p.id) as "referredOn",
      coalesce((select max(l.handover_on) from loan l where l.patient_id = p.id and l.status <> 'recorded_by_mistake'),
        (select max(starts_on) from patient_plan where patient_id = p.id)) as "startedOn",
      a."lastAskedOn", coalesce(a."hasDeclined", false) as "hasDeclined", coalesce(a."isOut", false) as "isOut", coalesce(a."isOutByLink", false) as "isOutByLink", coalesce(a."isRecordedHere", false) as "isRecordedHere"
    from patient p, instrument i join lateral (
        select * from instrument_version where instrument_id = i.id order by version desc limit 1) v on true
      left join lateral (
        select max(m.asked_on) as "lastAskedOn", bool_or(m.status = 'declined') as "hasDeclined", bool_or(m.status = 'asked' and m.way <> 'link') as "isOut",
          bool_or(${isAnswerableByLink('m')} and m.link_until >= ${day}::date) as "isOutByLink",
          bool_or(m.follow_up_id = ${followUpId}::uuid) as "isRecordedHere"
        from measure_asking m join instrument_version x on x.id = m.version_id
        where m.patient_id = ${patientId} and x.instrument_id = i.id and ${measureCounts('m')}) a on true
    where p.id = ${patientId} and ${which} order by lower(i.name), i.id`;
}

type Standing = Awaited<ReturnType<typeof readStanding>>[number];

/** Why an instrument is not to be asked of a person, whatever their budget is; null where it may be. */
export function whyNotAskWith(standing: Standing): string | null {
  const why = whyNotUse(standing);
  if (why) return why;
  if (standing.hasDeclined) return 'They would rather not be asked this.';
  if (standing.isOutByLink) return 'They have it by a link, which they may still answer.';
  return standing.isOut ? 'They have it on paper. Type in what they answer there.' : null;
}

/**
 * What a person may be asked with, and what of it is due by its plan on a civil day. It counts what anyone asked them,
 * also where whoever looks sees only their own, and shows none of it.
 * @param followUpId the follow-up at which they are to be asked
 */
export async function listMeasuresToAsk(
  db: Reader,
  patientId: string,
  day: string,
  followUpId?: string,
): Promise<MeasureToAsk[]> {
  const rows = await seeingAll(() =>
    readStanding(db, patientId, day, { which: sql`i.retired_at is null`, followUpId }),
  );
  return rows.map((row) => ({
    instrumentId: row.instrumentId,
    name: row.name,
    dueSince: dueSince(row, day, addDays),
    whyNot: whyNotAskWith(row),
    isRecordedHere: row.isRecordedHere,
  }));
}

/**
 * How one instrument stands with a person on a civil day.
 * @param followUpId the follow-up at which they are asked
 * @throws Problem `not-found`
 */
export async function getStanding(
  db: Reader,
  {
    patientId,
    instrumentId,
    day,
    followUpId,
  }: { patientId: string; instrumentId: string; day: string; followUpId?: string | undefined },
): Promise<Standing> {
  const [row] = await seeingAll(() =>
    readStanding(db, patientId, day, { which: sql`i.id = ${instrumentId}`, followUpId }),
  );
  if (!row) throw new Problem('not-found');
  return row;
}
