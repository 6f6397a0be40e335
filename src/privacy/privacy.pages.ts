import { getPatient, logAccess } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { type Form, fields, newForm, refused, typedIn } from '../web/forms.ts';
import { erasePatient } from './erasure.commands.ts';
import { buildExport } from './export.queries.ts';
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
  const one = { schema: { params: idParams } } as const;
  const give = { config: { action: 'patients.export' } } as const;
  const hold = { config: { action: 'patients.hold' } } as const;

  app.get('/patients/:id/privacy', { ...give, ...one }, async (request, reply) =>
    reply.page(view, await privacyView(request.ctx, request.params.id)),
  );

  app.post('/patients/:id/privacy/exports', { ...give, ...one }, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      const kept = await decideExport(deps, request.ctx, id, fields(NewExport, typed, words));
      return reply.done(`/patients/${id}/privacy`, {
        text: 'It is recorded.',
        link: { href: `/patients/${id}/exports/${kept.id}`, text: 'Download the file' },
      });
    } catch (error) {
      const form = { ...refused(typed, error), prefix: 'export' };
      return reply.code(form.status).page(view, await privacyView(request.ctx, id, { exportForm: form }));
    }
  });

  app.get(
    '/patients/:id/exports/:exportId',
    { ...give, schema: { params: exportParams } },
    async (request, reply) => {
      const { id, exportId } = request.params;
      const file = await buildExport(deps, id, exportId);
      await logAccess(deps, request.ctx, id, 'export');
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="export-${exportId}.json"`)
        .header('cache-control', 'no-store')
        .send(JSON.stringify(file, null, 2));
    },
  );

  app.post(
    '/patients/:id/privacy/erasures',
    { config: { action: 'patients.erase' }, ...one },
    async (request, reply) => {
      const { id } = request.params;
      const typed = typedIn(request.body);
      try {
        await erasePatient(deps, request.ctx, id, fields(NewErasure, typed, words));
        return reply.done(`/patients/${id}`, { text: 'The person is erased.' });
      } catch (error) {
        const form = { ...refused(typed, error), prefix: 'erasure' };
        return reply.code(form.status).page(view, await privacyView(request.ctx, id, { erasureForm: form }));
      }
    },
  );

  for (const [path, work, text] of [
    ['holds', setHold, 'The legal hold is set. Nothing about them is erased while it stands.'],
    ['liftings', liftHold, 'The legal hold is lifted.'],
  ] as const)
    app.post(`/patients/:id/privacy/${path}`, { ...hold, ...one }, async (request, reply) => {
      const { id } = request.params as { id: string };
      const typed = typedIn(request.body);
      try {
        await work(deps, request.ctx, id, fields(NewHold, typed, words));
        return reply.done(`/patients/${id}/privacy`, { text });
      } catch (error) {
        const form = { ...refused(typed, error), prefix: 'hold' };
        return reply.code(form.status).page(view, await privacyView(request.ctx, id, { holdForm: form }));
      }
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
