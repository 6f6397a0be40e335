import type { FastifyReply } from 'fastify';
import { may } from '../../access/permissions.ts';
import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Form, newForm } from '../../web/forms.ts';
import { getAttachments, ownOf, readAttachment } from './attachment.queries.ts';
import {
  type AttachmentPlace,
  attachmentPlaces,
  attachmentWords,
  thumbnailSize,
} from './attachment.rules.ts';
import type { Attachment } from './attachment.schemas.ts';

/** Writes down a look at what hangs on a loan or an incident, where that is of a person. */
export async function logLook(
  deps: Deps,
  ctx: Context,
  place: AttachmentPlace,
  patientId: string | null,
): Promise<void> {
  if (patientId) await logAccess(deps, ctx, patientId, place);
}

/**
 * Answers with the bytes of a photo or paper: a picture to be shown, a PDF to be kept. Neither is cached, and a
 * browser that opens one runs nothing in it. The look is logged, where it is of a person.
 * @param isSeen whether the page that shows it has logged the look
 * @throws Problem `not-found`
 */
export async function sendAttachment(
  deps: Deps,
  ctx: Context,
  reply: FastifyReply,
  {
    size,
    isSeen = false,
    ...of
  }: {
    place: AttachmentPlace;
    id: string;
    attachmentId: string;
    size: 'large' | 'thumbnail';
    isSeen?: boolean;
  },
): Promise<FastifyReply> {
  const { kind, contentType, data, patientId } = await readAttachment(deps.db, of, size);
  if (!isSeen) await logLook(deps, ctx, of.place, patientId);
  const type = size === 'thumbnail' ? 'image/jpeg' : contentType;
  const isPicture = type === 'image/jpeg';
  const name = `${kind}-${of.attachmentId}.${isPicture ? 'jpg' : 'pdf'}`;
  return reply
    .type(type)
    .header('content-disposition', `${isPicture ? 'inline' : 'attachment'}; filename="${name}"`)
    .header('cache-control', 'private, no-store')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(data);
}

/** What a page needs to show photos and papers and the form for more. */
export async function attachmentView(
  deps: Deps,
  ctx: Context,
  { place, id }: { place: AttachmentPlace; id: string },
  sent?: Form,
) {
  const { name, patientId, devices, items } = await getAttachments(deps.db, place, id);
  const own = ownOf(place, items);
  const path = `/${place}s/${id}/attachments`;
  return {
    place,
    path,
    name,
    patientId,
    form: sent ?? { ...newForm({ takenOn: today(deps.clock) }), prefix: 'attachment' },
    kinds: choicesOf(place, devices),
    takesPapers: place !== 'incident',
    shown: own.filter(({ removedAt }) => !removedAt).map((item) => shownOf(path, item)),
    removed: own.filter(({ removedAt }) => removedAt).map((item) => ({ ...item, what: whatOf(item) })),
    elsewhere: elsewhereOf(
      ctx,
      items.filter((item) => !own.includes(item) && !item.removedAt),
    ),
  };
}

function shownOf(path: string, item: Attachment) {
  const { id, width, height, bytes } = item;
  return {
    ...item,
    what: whatOf(item),
    href: `${path}/${id}`,
    thumbnail:
      width && height ? { src: `${path}/${id}/thumbnail`, ...thumbnailSize({ width, height }) } : null,
    kilobytes: Math.ceil(bytes / 1024),
  };
}

/** What it is, with the device where it shows one of a loan. */
const whatOf = ({ kind, device, loan }: Attachment) =>
  kind === 'condition' && loan && device ? `Condition of ${device.assetTag}` : attachmentWords[kind];

/** What someone may choose: each kind, and of a loan each device whose condition a photo may show. */
function choicesOf(place: AttachmentPlace, devices: { id: string; assetTag: string }[]) {
  return attachmentPlaces[place].kinds.flatMap((kind) =>
    place === 'loan' && kind === 'condition'
      ? devices.map(({ id, assetTag }) => ({ value: `condition ${id}`, text: `Condition of ${assetTag}` }))
      : [{ value: kind, text: attachmentWords[kind] }],
  );
}

/** Where else a device was photographed, for whoever may look there. */
function elsewhereOf({ actor }: Context, items: Attachment[]) {
  const found = items.flatMap(({ loan, incident }) => {
    if (incident && may(actor, 'incidents.read'))
      return [{ href: `/incidents/${incident.id}/attachments`, text: `Incident ${incident.reference}` }];
    return loan && may(actor, 'loans.read')
      ? [{ href: `/loans/${loan.id}/attachments`, text: `Loan ${loan.reference}` }]
      : [];
  });
  return [...new Map(found.map((one) => [one.href, one])).values()];
}
