import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { line, nullable, oneOf, text } from '../../shared/schemas.ts';
import { attachmentKinds } from './attachment.rules.ts';

const uuid = Type.String({ format: 'uuid' });
const link = nullable(Type.Object({ id: Type.String(), reference: Type.String() }));

/** A photo or paper, without its bytes. */
export const Attachment = Type.Object({
  id: Type.String(),
  kind: oneOf(attachmentKinds),
  device: nullable(Type.Object({ id: Type.String(), assetTag: Type.String() })),
  loan: link,
  incident: link,
  takenOn: Type.String({ description: 'A civil day' }),
  note: nullable(Type.String()),
  contentType: oneOf(['image/jpeg', 'application/pdf']),
  bytes: Type.Integer({ description: 'With its thumbnail' }),
  width: nullable(Type.Integer({ description: 'In pixels; null of a PDF' })),
  height: nullable(Type.Integer()),
  recordedBy: Type.String(),
  createdAt: Type.String(),
  removedAt: nullable(Type.String({ description: 'From then on there are no bytes any more' })),
  removedBy: nullable(Type.String()),
  removalReason: nullable(Type.String()),
});
export type Attachment = Static<typeof Attachment>;

export const AttachmentList = Type.Object({ items: Type.Array(Attachment) });
export type AttachmentList = Static<typeof AttachmentList>;

const said = {
  deviceId: Type.Optional(
    Type.String({ format: 'uuid', description: 'Of the photo of a condition on a loan: which device it is' }),
  ),
  takenOn: Type.Optional(Type.String({ format: 'date', description: 'Today, when it is left out' })),
  note: Type.Optional(line(500)),
};

/** What is said of files; the files come beside it. */
export const NewAttachment = strictObject({ kind: oneOf(attachmentKinds), ...said });
export type NewAttachment = Static<typeof NewAttachment>;

/** A request with files as OpenAPI describes it; what is held to it has no files any more. */
export const AttachmentUpload = strictObject(
  {
    ...NewAttachment.properties,
    files: Type.Optional(
      Type.Array(Type.String({ contentMediaType: 'application/octet-stream' }), {
        description:
          '1 to 5 files of at most 15 MB: JPEG, PNG, WebP or GIF pictures, or a PDF of at most 10 MB where it is no photo of a condition',
      }),
    ),
  },
  { examples: [{ kind: 'condition', takenOn: '2026-11-23', note: 'Scratch on the back' }] },
);

export const AttachmentRemoval = strictObject(
  { reason: text(500) },
  { examples: [{ reason: 'It shows another person' }] },
);
export type AttachmentRemoval = Static<typeof AttachmentRemoval>;

export const attachmentParams = Type.Object({ id: uuid, attachmentId: uuid });
