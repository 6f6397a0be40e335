import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, problemReplies } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { creates, reads } from '../../shared/routes.ts';
import { addAttachments, assertFits, removeAttachment } from './attachment.commands.ts';
import { getAttachments, ownOf } from './attachment.queries.ts';
import { type AttachmentPlace, attachmentLimits, attachmentPlaces, places } from './attachment.rules.ts';
import {
  Attachment,
  AttachmentList,
  AttachmentRemoval,
  AttachmentUpload,
  attachmentParams,
} from './attachment.schemas.ts';
import { logLook, sendAttachment } from './attachment.view.ts';
import { readFiles } from './file.commands.ts';

const tags = ['Photos and papers'];
const bytes = { schema: { type: 'string', contentMediaType: 'application/octet-stream' } };

/** /devices, /loans and /incidents, each with /:id/attachments: photos and papers. */
export function attachmentRoutes(app: App, deps: Deps): void {
  for (const place of places) attachmentsOf(app, deps, place);
}

function attachmentsOf(app: App, deps: Deps, place: AttachmentPlace): void {
  const path = `/${place}s/:id/attachments`;
  const Place = place.replace(/^./, (letter) => letter.toUpperCase());
  const action = attachmentPlaces[place].reads;

  reads(app, path, {
    action,
    operationId: `list${Place}Attachments`,
    summary: `The photos and papers of ${a(place)}, the newest first; those removed too`,
    description:
      place === 'device'
        ? 'Not those that were taken on a loan or at an incident: these are listed there.'
        : 'Whose they are, the look is logged.',
    tags,
    params: idParams,
    gives: AttachmentList,
    problems: ['not-found'],
    async call({ ctx, params: { id } }) {
      const { items, patientId } = await getAttachments(deps.db, place, id);
      await logLook(deps, ctx, place, patientId);
      return { items: ownOf(place, items) };
    },
  });

  app.post(
    path,
    {
      config: { action: 'attachments.add', upload: attachmentLimits },
      schema: {
        operationId: `add${Place}Attachments`,
        summary: `Add photos or papers to ${a(place)}, all that are sent or none`,
        description:
          'Of a picture only its pixels are kept, upright and at most 2,000 a side: not where, when or with what it was taken.',
        tags,
        consumes: ['multipart/form-data'],
        params: idParams,
        body: AttachmentUpload,
        response: {
          201: AttachmentList,
          ...problemReplies('not-found', 'invalid', 'patient-erased', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const { files: _files, ...input } = request.body;
      const thing = { place, id: request.params.id };
      assertFits(thing, input, today(deps.clock));
      if (!request.uploads.length) throw invalid({ pointer: '/files', message: 'Send at least one file.' });
      const { ready, faults } = await readFiles(request.uploads, input.kind);
      if (faults.length)
        throw invalid(
          ...faults.map(({ file, message }) => ({ pointer: `/files/${file}`, message: `${message}.` })),
        );
      return reply.code(201).send(await addAttachments(deps, request.ctx, thing, { input, files: ready }));
    },
  );

  for (const [size, route, what] of [
    ['large', 'file', 'A photo or paper'],
    ['thumbnail', 'thumbnail', 'A photo, at most 240 pixels a side'],
  ] as const)
    app.get(
      `${path}/:attachmentId/${route}`,
      {
        config: { action },
        schema: {
          operationId: `get${Place}Attachment${size === 'large' ? 'File' : 'Thumbnail'}`,
          summary: `${what} of ${a(place)}${place === 'device' ? '' : '; whose it is, the look is logged'}`,
          tags,
          params: attachmentParams,
          response: {
            200: {
              description: 'The bytes',
              content: { 'image/jpeg': bytes, ...(size === 'large' && { 'application/pdf': bytes }) },
            },
            ...problemReplies('not-found'),
          },
        },
      },
      (request, reply) => sendAttachment(deps, request.ctx, reply, { place, ...request.params, size }),
    );

  creates(app, `${path}/:attachmentId/removals`, {
    action: 'attachments.remove',
    operationId: `remove${Place}Attachment`,
    summary: `Remove a photo or paper of ${a(place)}: its bytes are gone for good`,
    tags,
    params: attachmentParams,
    body: AttachmentRemoval,
    gives: Attachment,
    problems: ['not-found', 'invalid', 'patient-erased', 'conflict'],
    call: ({ ctx, params: { id, attachmentId }, body }) =>
      removeAttachment(deps, ctx, { place, id }, { attachmentId, ...body }),
  });
}

const a = (place: AttachmentPlace) => (place === 'incident' ? 'an incident' : `a ${place}`);
