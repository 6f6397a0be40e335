import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import { type App, idParams } from '../../shared/http.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import type { Upload } from '../../shared/uploads.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { addAttachments, assertFits, removeAttachment, type Thing } from './attachment.commands.ts';
import { type AttachmentPlace, attachmentLimits, attachmentPlaces, places } from './attachment.rules.ts';
import { AttachmentRemoval, attachmentParams, NewAttachment } from './attachment.schemas.ts';
import { attachmentView, logLook, sendAttachment } from './attachment.view.ts';
import { type FileFault, readFiles } from './file.commands.ts';

const words = { kind: 'Choose what it is', reason: 'Say why' };

/** /devices, /loans and /incidents, each with /:id/attachments: photos and papers, the form for more, each by itself, and its removal. */
export function attachmentPages(app: App, deps: Deps): void {
  for (const place of places) attachmentsOf(app, deps, place);
}

function attachmentsOf(app: App, deps: Deps, place: AttachmentPlace): void {
  const path = `/${place}s/:id/attachments`;
  const action = attachmentPlaces[place].reads;

  formPage(app, path, {
    reads: action,
    action: 'attachments.add',
    upload: attachmentLimits,
    params: idParams,
    prefix: 'attachment',
    view: 'lending/attachments/views/attachments.njk',
    async show(sent, { ctx, params: { id } }) {
      const attachments = await attachmentView(deps, ctx, { place, id }, sent);
      await logLook(deps, ctx, place, attachments.patientId);
      return { attachments, form: attachments.form };
    },
    async take(typed, { ctx, params: { id }, uploads }) {
      const thing = { place, id };
      const input = fields(NewAttachment, chosenIn(typed), words);
      assertFits(thing, input, today(deps.clock));
      const { ready, faults } = await readFiles(chosen(uploads), input.kind);
      // What is good is kept, since a browser lets go of all files when the form is shown again.
      if (ready.length) await addAttachments(deps, ctx, thing, { input, files: ready });
      if (faults.length) throw refusedFiles(faults, ready.length);
      return { href: `/${place}s/${id}/attachments`, text: `${count(ready.length, 'file')} added.` };
    },
  });

  for (const [size, route] of [
    ['large', ''],
    ['thumbnail', '/thumbnail'],
  ] as const)
    app.get(
      `${path}/:attachmentId${route}`,
      { config: { action }, schema: { params: attachmentParams } },
      ({ ctx, params, headers }, reply) => {
        // A page of ours that shows it as a picture has logged the look already.
        const isSeen =
          size === 'thumbnail' &&
          headers['sec-fetch-dest'] === 'image' &&
          headers['sec-fetch-site'] === 'same-origin';
        return sendAttachment(deps, ctx, reply, { place, ...params, size, isSeen });
      },
    );

  formPage(app, `${path}/:attachmentId/removal`, {
    action: 'attachments.remove',
    params: attachmentParams,
    view: 'lending/attachments/views/remove.njk',
    async show(_sent, { ctx, params: { id, attachmentId } }) {
      const attachments = await attachmentView(deps, ctx, { place, id });
      await logLook(deps, ctx, place, attachments.patientId);
      const item = attachments.shown.find((one) => one.id === attachmentId);
      if (!item) throw new Problem('not-found');
      return { attachments, item };
    },
    async take(typed, { ctx, params: { id, attachmentId } }) {
      const { reason } = fields(AttachmentRemoval, typed, words);
      await removeAttachment(deps, ctx, { place, id } satisfies Thing, { attachmentId, reason });
      return { href: `/${place}s/${id}/attachments`, text: 'It is removed.' };
    },
  });
}

/** The choice of a form as what the API takes: `condition` and the id of a device, or a kind alone. */
function chosenIn(typed: Typed): Typed {
  const [kind = '', deviceId = ''] = String(typed.kind ?? '').split(' ');
  return { ...typed, kind, deviceId };
}

/** @throws Problem `invalid` when none was chosen */
function chosen(uploads: Upload[]): Upload[] {
  if (!uploads.length) throw invalid({ pointer: '/files', message: 'Take a photo or choose a file.' });
  return uploads;
}

function refusedFiles(faults: FileFault[], added: number): Problem {
  const kept = added ? `${count(added, 'file was', 'files were')} added. ` : '';
  const said = faults.map(({ file, message }) =>
    faults.length + added === 1 ? message : `File ${file + 1}: ${message.replace(/^It/, 'it')}`,
  );
  return invalid({ pointer: '/files', message: `${kept}${said.join('. ')}.` });
}
