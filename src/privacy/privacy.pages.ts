import { Readable } from 'node:stream';
import { logAccess } from '../people/look.queries.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { type Form, fields, newForm } from '../web/forms.ts';
import { submit } from '../web/submit.ts';
import { erasePatient } from './erasure.commands.ts';
import { buildExport, exportText } from './export.queries.ts';
import { decideExport, liftHold, setHold } from './privacy.commands.ts';
import { privacyState } from './privacy.queries.ts';
import { exportParams, NewErasure, NewExport, NewHold } from './privacy.schemas.ts';

const view = 'privacy/views/privacy.njk';
const words = {
  askedBy: 'Choose who asked',
  askedOn: 'Enter the day on which it was asked for',
  identityCheck: 'Say how you checked who asks',
  reason: 'Say why',
};
const askers = { patient: 'The patient', representative: 'Someone who may speak for them' };
const overdue = { retention: 'Nobody: their time is over' };
const choicesOf = (texts: Record<string, string>) =>
  Object.entries(texts).map(([value, text]) => ({ value, text }));

/** /patients/:id/privacy: give someone all that is held about them, erase them, or hold everything. */
export function privacyPages(app: App, deps: Deps): void {
  const give = { config: { action: 'patients.export' } } as const;
  const page = { params: idParams, view };

  app.get('/patients/:id/privacy', { ...give, schema: { params: idParams } }, async (request, reply) =>
    reply.page(view, await privacyView(request.ctx, request.params.id)),
  );

  submit(app, '/patients/:id/privacy/exports', {
    ...page,
    action: 'patients.export',
    prefix: 'export',
    show: (form, { ctx, params }) => privacyView(ctx, params.id, { exportForm: form }),
    async take(typed, { ctx, params: { id } }) {
      const kept = await decideExport(deps, ctx, id, fields(NewExport, typed, words));
      return {
        href: `/patients/${id}/privacy`,
        text: 'It is recorded.',
        link: { href: `/patients/${id}/exports/${kept.id}`, text: 'Download the file' },
      };
    },
  });

  app.get(
    '/patients/:id/exports/:exportId',
    { config: { ...give.config, fresh: true }, schema: { params: exportParams } },
    async (request, reply) => {
      const { id, exportId } = request.params;
      const file = await buildExport(deps, id, exportId);
      for (const one of file.ids) await logAccess(deps, request.ctx, one, 'export');
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="export-${exportId}.json"`)
        .send(Readable.from(exportText(deps, file)));
    },
  );

  submit(app, '/patients/:id/privacy/erasures', {
    ...page,
    action: 'patients.erase',
    prefix: 'erasure',
    show: (form, { ctx, params }) => privacyView(ctx, params.id, { erasureForm: form }),
    async take(typed, { ctx, params: { id } }) {
      await erasePatient(deps, ctx, id, fields(NewErasure, typed, words));
      return { href: `/patients/${id}`, text: 'The person is erased.' };
    },
  });

  for (const [path, work, text] of [
    ['holds', setHold, 'The legal hold is set. Nothing about them is erased while it stands.'],
    ['liftings', liftHold, 'The legal hold is lifted.'],
  ] as const)
    submit(app, `/patients/:id/privacy/${path}`, {
      ...page,
      action: 'patients.hold',
      prefix: 'hold',
      show: (form, { ctx, params }) => privacyView(ctx, params.id, { holdForm: form }),
      async take(typed, { ctx, params: { id } }) {
        await work(deps, ctx, id, fields(NewHold, typed, words));
        return { href: `/patients/${id}/privacy`, text };
      },
    });

  type Sent = { exportForm?: Form; erasureForm?: Form; holdForm?: Form };
  async function privacyView(ctx: Context, id: string, sent: Sent = {}) {
    const [patient, state] = await Promise.all([getPatient(deps.db, id), privacyState(deps.db, id)]);
    await logAccess(deps, ctx, id, 'patient');
    const day = today(deps.clock);
    return {
      patient,
      state,
      form: [sent.exportForm, sent.erasureForm, sent.holdForm].find(Boolean),
      exportForm: sent.exportForm ?? { ...newForm({ askedOn: day }), prefix: 'export' },
      erasureForm: sent.erasureForm ?? { ...newForm({ askedOn: day }), prefix: 'erasure' },
      holdForm: sent.holdForm ?? { ...newForm(), prefix: 'hold' },
      askers: choicesOf(askers),
      erasureAskers: choicesOf({ ...askers, ...overdue }),
      askerWords: { ...askers, ...overdue },
    };
  }
}
