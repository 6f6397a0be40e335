import { likelyDuplicates } from '../people/duplicate.queries.ts';
import { getPatient, logAccesses } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { invalid } from '../shared/problem.ts';
import { uuid } from '../shared/validation.ts';
import { type Form, fields, newForm, refused, typedIn } from '../web/forms.ts';
import { mergePatients } from './merge.commands.ts';
import { keptApartFrom, mergedInto } from './merge.queries.ts';
import { KeptApart } from './merge.schemas.ts';
import { alikeAgain, keepApart, partPatients } from './separate.commands.ts';

const view = 'people/views/duplicates.njk';

const ApartForm = strictObject({ reason: KeptApart.properties.reason });

/**
 * /patients/:id/duplicates: records that look like the same person, side by side, to merge or keep apart.
 * Whatever page of a merged record is asked for (of pages registered after this), the record that stayed is shown.
 */
export function mergePages(app: App, deps: Deps): void {
  app.addHook('preHandler', async (request, reply) => {
    if (request.method !== 'GET' || !request.routeOptions.url?.startsWith('/patients/:id')) return;
    const stays = await mergedInto(deps.db, (request.params as { id: string }).id);
    if (stays) return reply.redirect(`/patients/${stays}`, 303);
  });

  const route = { config: { action: 'patients.change' }, schema: { params: idParams } } as const;

  app.get(
    '/patients/:id/duplicates',
    { config: { action: 'patients.read' }, schema: { params: idParams } },
    async (request, reply) => reply.page(view, await duplicatesView(request.ctx, request.params.id)),
  );

  app.post('/patients/:id/duplicates', route, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      const other = idIn(typed.patientId);
      if (typed.do === 'apart') {
        const { reason } = fields(ApartForm, { reason: typed.reason ?? '' });
        await keepApart(deps, request.ctx, id, { patientId: other, ...(reason && { reason }) });
        return reply.done(`/patients/${id}/duplicates`, {
          text: 'They are two people. They are not shown as alike again.',
        });
      }
      if (typed.do === 'alike') {
        await alikeAgain(deps, request.ctx, id, other);
        return reply.done(`/patients/${id}/duplicates`, {
          text: 'It is taken back. They may be compared again.',
        });
      }
      const [stays, goes] = typed.do === 'into_other' ? [other, id] : [id, other];
      await mergePatients(deps, request.ctx, stays, goes);
      return reply.done(`/patients/${stays}`, {
        text: 'The two records are one. What is stricter on contact holds for both.',
      });
    } catch (error) {
      const form = { ...refused(typed, error), prefix: `other-${typed.patientId}` };
      return reply.code(form.status).page(view, await duplicatesView(request.ctx, id, form));
    }
  });

  app.post('/patients/:id/partings', route, async (request, reply) => {
    const { id } = request.params;
    const parted = await partPatients(deps, request.ctx, id, idIn(typedIn(request.body).mergeId));
    return reply.done(`/patients/${id}`, {
      text: 'The two records are parted. What began after they were merged stays here.',
      link: { href: `/patients/${parted.id}`, text: 'See the other record' },
    });
  });

  async function duplicatesView(ctx: Context, id: string, sent?: Form) {
    const patient = await getPatient(deps.db, id);
    const [{ own, likely }, apart] = await Promise.all([
      likelyDuplicates(deps.db, id),
      keptApartFrom(deps.db, id),
    ]);
    const seen = [...likely.map(({ record }) => record.id), ...apart.map((one) => one.patient.id)];
    await logAccesses(deps, ctx, [id, ...seen], 'patient');
    const formOf = (other: string) =>
      sent?.prefix === `other-${other}` ? sent : { ...newForm(), prefix: `other-${other}` };
    return {
      patient,
      own,
      likely: likely.map((one) => ({ ...one, form: formOf(one.record.id) })),
      apart,
      form: sent,
    };
  }
}

function idIn(value: string | string[] | undefined): string {
  const id = String(value ?? '');
  if (!uuid.test(id)) throw invalid({ pointer: '/patientId', message: 'Choose a record from the list.' });
  return id;
}
