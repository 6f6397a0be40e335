import { defineEvents } from '../../shared/event-definitions.ts';
import { count } from '../../shared/event-values.ts';
import { count as counted } from '../../shared/formats.ts';
import { oneOf } from '../../shared/schemas.ts';
import { type AttachmentKind, attachmentKinds } from './attachment.rules.ts';

const kind = oneOf(attachmentKinds);

/** What a number of them is called. */
const many: Record<AttachmentKind, [string, string]> = {
  condition: ['photo of the condition', 'photos of the condition'],
  agreement: ['file of the signed agreement', 'files of the signed agreement'],
  certificate: ['file of a wipe certificate', 'files of a wipe certificate'],
};
const said = (kind: AttachmentKind | undefined, number = 1) =>
  counted(number, ...((kind && many[kind]) ?? (['file', 'files'] as const)));

/** What happens to photos and papers. */
export const attachmentEvents = defineEvents({
  'attachment.added': { values: { kind, count }, line: (v) => `${said(v.kind, v.count)} added` },
  'attachment.removed': { values: { kind }, line: (v) => `${said(v.kind)} removed` },
});
