import { type RawBuilder, sql } from 'kysely';
import { jsonInstant, type Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe, one } from '../../shared/statements.ts';
import { type AttachmentPlace, attachmentKinds, bytesPerMb } from './attachment.rules.ts';
import { Attachment } from './attachment.schemas.ts';

/** Which attachments `a` hang on the thing `t` of a place, as a condition. */
const hangsOn: Record<AttachmentPlace, RawBuilder<unknown>> = {
  device: sql`a.device_id = t.id`,
  loan: sql`a.loan_id = t.id`,
  incident: sql`a.incident_id = t.id`,
};

const json = sql`json_build_object('id', a.id, 'kind', a.kind,
  'device', (select json_build_object('id', id, 'assetTag', asset_tag) from device where id = a.device_id),
  'loan', (select json_build_object('id', id, 'reference', reference) from loan where id = a.loan_id),
  'incident', (select json_build_object('id', id, 'reference', reference) from incident where id = a.incident_id),
  'takenOn', a.taken_on, 'note', a.note, 'contentType', a.content_type, 'bytes', a.bytes, 'width', a.width, 'height', a.height,
  'recordedBy', a.recorded_by, 'createdAt', ${jsonInstant('a.created_at')}, 'removedAt', ${jsonInstant('a.removed_at')},
  'removedBy', a.removed_by, 'removalReason', a.removal_reason)`;

/** What is said of the thing of a place: its name, whose it is, and which devices a photo there may show. */
const things: Record<AttachmentPlace, RawBuilder<unknown>> = {
  device: sql`select t.id, t.asset_tag as name, null::uuid as patient_id, '[]'::json as devices from device t`,
  loan: sql`select t.id, t.reference as name, t.patient_id, coalesce((
      select json_agg(json_build_object('id', d.id, 'assetTag', d.asset_tag) order by i.id)
      from loan_item i join device d on d.id = i.device_id where i.loan_id = t.id and i.swapped_for is null), '[]') as devices from loan t`,
  incident: sql`select t.id, t.reference as name, t.patient_id, '[]'::json as devices from incident t`,
};

const Held = {
  name: col.text,
  patientId: col.orNull(col.text),
  devices: col.listOf(col.object({ id: col.text, assetTag: col.text })),
  items: col.listOf(Attachment),
};
/** The photos and papers of a thing, the newest first, with its name, whose it is and its devices. */
export type Held = RowOf<typeof Held>;

/**
 * The photos and papers of a device, loan or incident, those removed too. Of a device this has what was taken on
 * loans and at incidents as well, which is not for everyone who may see the device: `ownOf` leaves that out.
 * One statement, which reads no bytes.
 * @throws Problem `not-found`
 */
export async function getAttachments(db: Reader, place: AttachmentPlace, id: string): Promise<Held> {
  const row = await maybe(db, `attachment.of-${place}`, Held)`
    select t.name, t.patient_id as "patientId", t.devices,
      coalesce((select json_agg(${json} order by a.id desc) from attachment a where ${hangsOn[place]}), '[]') as items
    from (${things[place]}) t where t.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** What hangs on a thing itself: of a device only what was taken outside of loans. */
export const ownOf = (place: AttachmentPlace, items: Attachment[]): Attachment[] =>
  place === 'device' ? items.filter(({ loan, incident }) => !loan && !incident) : items;

/** The condition of one attachment `a` that hangs on a thing itself. */
export const isOwn = (place: AttachmentPlace, id: string, attachmentId: string) =>
  sql`a.id = ${attachmentId} and ${
    place === 'device'
      ? sql`a.device_id = ${id} and a.loan_id is null and a.incident_id is null`
      : sql`${sql.ref(`a.${place}_id`)} = ${id}`
  }`;

const File = {
  kind: col.oneOf(attachmentKinds),
  contentType: col.text,
  data: col.bytes,
  patientId: col.orNull(col.text),
};

/**
 * The bytes of a photo or paper, or of its thumbnail, and whose loan or incident it hangs on.
 * @throws Problem `not-found`, also for what was removed and for the thumbnail of a PDF
 */
export async function readAttachment(
  db: Reader,
  { place, id, attachmentId }: { place: AttachmentPlace; id: string; attachmentId: string },
  size: 'large' | 'thumbnail',
): Promise<RowOf<typeof File>> {
  const data = size === 'large' ? sql`c.data` : sql`c.thumbnail`;
  const row = await maybe(db, `attachment.${size}-of-${place}`, File)`
    select a.kind, a.content_type as "contentType", ${data} as data, coalesce(l.patient_id, n.patient_id) as "patientId"
    from attachment a join attachment_content c on c.attachment_id = a.id
      left join loan l on l.id = a.loan_id left join incident n on n.id = a.incident_id
    where ${isOwn(place, id, attachmentId)} and a.removed_at is null and ${data} is not null`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** How many bytes all photos and papers take. */
export async function bytesUsed(db: Reader): Promise<number> {
  const row = await one(db, 'attachment.used', { bytes: col.number })`
    select coalesce(sum(bytes), 0)::float8 as bytes from attachment where removed_at is null`;
  return row.bytes;
}

/** The same in whole MB, rounded up. */
export const mbUsed = async (db: Reader): Promise<number> => Math.ceil((await bytesUsed(db)) / bytesPerMb);
