import { lockPatient } from '../../people/contact-point.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent, recordEvents, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe, one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { lockDevice } from '../../stock/devices/check.commands.ts';
import { lockIncident, subjectsOfIncident } from '../incidents/action.commands.ts';
import { lockLoans, subjectsOfLoan } from '../loans/ending.commands.ts';
import { bytesUsed, getAttachments, isOwn, ownOf } from './attachment.queries.ts';
import {
  type AttachmentPlace,
  attachmentKinds,
  attachmentPlaces,
  bytesPerMb,
  mostOnOneThing,
} from './attachment.rules.ts';
import type { Attachment, AttachmentList, AttachmentRemoval, NewAttachment } from './attachment.schemas.ts';
import type { ReadyFile } from './file.commands.ts';

/** A device, loan or incident that photos and papers hang on. */
export type Thing = { place: AttachmentPlace; id: string };

/** @throws Problem `invalid` where a kind does not fit its place, or its day is still to come */
export function assertFits({ place }: Thing, input: NewAttachment, today: string): void {
  if (!attachmentPlaces[place].kinds.some((kind) => kind === input.kind))
    throw invalid({ pointer: '/kind', message: `This is not kept on a ${place}.` });
  if (place === 'loan' && input.kind === 'condition' && !input.deviceId)
    throw invalid({ pointer: '/deviceId', message: 'Choose which device it shows.' });
  if (input.deviceId && !(place === 'loan' && input.kind === 'condition'))
    throw invalid({
      pointer: '/deviceId',
      message: 'Only the photo of a condition on a loan names a device.',
    });
  if (input.takenOn && input.takenOn > today)
    throw invalid({ pointer: '/takenOn', message: 'Give a day that is not in the future.' });
}

/**
 * Keeps files that `readFiles` made ready, all of them or none.
 * @throws Problem `not-found`, `invalid`, `patient-erased`, `conflict` beyond the quota
 */
export async function addAttachments(
  deps: Deps,
  ctx: Context,
  thing: Thing,
  { input, files }: { input: NewAttachment; files: ReadyFile[] },
): Promise<AttachmentList> {
  return command(deps, ctx, async (work) => {
    assertFits(thing, input, work.today);
    const { subjects, deviceId } = await lockThing(work, thing, input.deviceId);
    await assertRoom(work, thing, files);
    const ids = await insertAttachments(work, thing, {
      input,
      files: files.map((file) => ({ ...file, deviceId })),
    });
    await recordEvent(work, {
      type: 'attachment.added',
      subjects,
      values: { kind: input.kind, count: files.length },
      fields: input.note ? ['note'] : [],
    });
    const { items } = await getAttachments(work.trx, thing.place, thing.id);
    return { items: items.filter(({ id }) => ids.includes(id)) };
  });
}

/** Photos of the condition of one device, and whose story they are part of. */
type PhotosOf = { deviceId: string; files: ReadyFile[]; subjects: [SubjectType, string][] };

/**
 * Keeps photos that came with something else, in its transaction: all or nothing. The caller has locked what
 * they hang on, and whoever that is about. The same few statements, however many devices.
 * @throws Problem `conflict` beyond the quota
 */
export async function keepPhotos(work: Work, thing: Thing, photos: PhotosOf[]): Promise<void> {
  const shown = photos.filter(({ files }) => files.length);
  const files = shown.flatMap(({ deviceId, files }) => files.map((file) => ({ ...file, deviceId })));
  if (!files.length) return;
  await assertRoom(work, thing, files);
  await insertAttachments(work, thing, { input: { kind: 'condition' }, files });
  await recordEvents(
    work,
    shown.map(({ files, subjects }) => ({
      type: 'attachment.added',
      subjects,
      values: { kind: 'condition', count: files.length },
    })),
  );
}

/**
 * Removes a photo or paper: its bytes are gone, and that it was there stays, with who removed it and why.
 * @throws Problem `not-found`, `patient-erased`, `conflict` when it was removed already
 */
export async function removeAttachment(
  deps: Deps,
  ctx: Context,
  thing: Thing,
  { attachmentId, reason }: AttachmentRemoval & { attachmentId: string },
): Promise<Attachment> {
  return command(deps, ctx, async (work) => {
    const { subjects } = await lockThing(work, thing);
    const found = await maybe(work.trx, 'attachment.to-remove', {
      kind: col.oneOf(attachmentKinds),
      removed: col.boolean,
    })`
      select a.kind, a.removed_at is not null as removed from attachment a
      where ${isOwn(thing.place, thing.id, attachmentId)} for no key update`;
    if (!found) throw new Problem('not-found');
    if (found.removed) throw new Problem('conflict', { detail: 'It was removed already.' });
    await run(work.trx, 'attachment.remove')`
      with gone as (delete from attachment_content where attachment_id = ${attachmentId})
      update attachment set removed_at = ${work.at}, removed_by = ${work.ctx.actor.name}, removal_reason = ${reason}
      where id = ${attachmentId}`;
    await recordEvent(work, {
      type: 'attachment.removed',
      subjects,
      values: { kind: found.kind },
      fields: ['removalReason'],
    });
    const { items } = await getAttachments(work.trx, thing.place, thing.id);
    return items.find(({ id }) => id === attachmentId)!;
  });
}

/** Locks a thing with whoever it is about, in the one order of locks; whose story it is part of, and the device that a photo there shows. */
async function lockThing(
  work: Work,
  { place, id }: Thing,
  deviceId?: string,
): Promise<{ subjects: [SubjectType, string][]; deviceId?: string | undefined }> {
  const { trx } = work;
  if (place === 'device') {
    await lockDevice(trx, id);
    return { subjects: [['device', id]], deviceId: id };
  }
  if (place === 'incident') {
    const incident = await lockIncident(trx, id);
    if (incident.patientId) await lockPatient(trx, incident.patientId);
    return { subjects: subjectsOfIncident(incident), deviceId: incident.deviceId };
  }
  const [loan] = (await lockLoans(trx, [id], {})).loans;
  if (!loan) throw new Problem('not-found');
  if (loan.patientId) await lockPatient(trx, loan.patientId);
  if (deviceId && !loan.items.some((item) => item.deviceId === deviceId))
    throw invalid({ pointer: '/deviceId', message: 'Choose a device of this loan.' });
  return { subjects: subjectsOfLoan(loan, deviceId ? [deviceId] : []), deviceId };
}

/** Lets one add at a time, so that two at once do not both find the last room. */
async function assertRoom({ trx }: Work, { place, id }: Thing, files: ReadyFile[]): Promise<void> {
  const { quota } = await one(trx, 'attachment.lock-quota', { quota: col.number })`
    select attachment_quota_mb as quota from lending_policy for no key update`;
  const used = await bytesUsed(trx);
  const more = files.reduce((sum, file) => sum + sizeOf(file), 0);
  if (used + more > quota * bytesPerMb)
    throw new Problem('conflict', {
      detail: `There is no room left: photos and papers may take ${quota.toLocaleString('en-GB')} MB in all. Remove what is not needed, or ask a manager to allow more under Settings, Policy.`,
    });
  const { items } = await getAttachments(trx, place, id);
  const kept = ownOf(place, items).filter(({ removedAt }) => !removedAt);
  if (kept.length + files.length > mostOnOneThing)
    throw new Problem('conflict', {
      detail: `At most ${mostOnOneThing} are kept on one ${place}. Remove what is not needed.`,
    });
}

const sizeOf = ({ data, thumbnail }: ReadyFile) => data.length + (thumbnail?.length ?? 0);

/** Two statements, however many files. Their ids. */
async function insertAttachments(
  { trx, at, today, ctx }: Work,
  { place, id }: Thing,
  { input, files }: { input: NewAttachment; files: (ReadyFile & { deviceId?: string | undefined })[] },
): Promise<string[]> {
  const ids = files.map(newId);
  await run(trx, 'attachment.add')`
    insert into attachment (id, kind, device_id, loan_id, incident_id, taken_on, note, content_type, bytes, width, height, sha256, recorded_by, created_at)
    select f.id, ${input.kind}, f.device_id, ${place === 'loan' ? id : null}::uuid, ${place === 'incident' ? id : null}::uuid,
      ${input.takenOn ?? today}::date, ${input.note ?? null}, f.content_type, f.bytes, f.width, f.height, f.sha256, ${ctx.actor.name}, ${at}::timestamptz
    from unnest(${ids}::uuid[], ${files.map(({ deviceId }) => deviceId ?? null)}::uuid[], ${files.map(({ contentType }) => contentType)}::text[], ${files.map(sizeOf)}::int[],
      ${files.map(({ width }) => width)}::int[], ${files.map(({ height }) => height)}::int[], ${files.map(({ sha256 }) => sha256)}::bytea[])
      f (id, device_id, content_type, bytes, width, height, sha256)`;
  await run(trx, 'attachment.add-content')`
    insert into attachment_content (attachment_id, data, thumbnail)
    select f.id, f.data, f.thumbnail
    from unnest(${ids}::uuid[], ${files.map(({ data }) => data)}::bytea[], ${files.map(({ thumbnail }) => thumbnail)}::bytea[])
      f (id, data, thumbnail)`;
  return ids;
}
