import { type Form, newForm, refused, typedIn } from '../admin/forms.ts';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { invalid } from '../shared/problem.ts';
import { uuid } from '../shared/validation.ts';
import { likelyDuplicates } from './duplicate.queries.ts';
import { mergePatients } from './merge.commands.ts';
import { keepApart, partPatients } from './part.commands.ts';
import { getPatient, logAccesses } from './patient.queries.ts';

const view = 'patients/views/duplicates.njk';

/** /patients/:id/duplicates: records that look like the same person, side by side, to merge or keep apart. */
export function mergePages(app: App, deps: Deps): void {
  const route = { config: { action: 'patients.change' }, schema: { params: idParams } } as const;

  app.get(
    '/patients/:id/duplicates',
    { config: { action: 'patients.read' }, schema: { params: idParams } },
    async (request, reply) =>
      reply.page(view, await duplicatesView(request.ctx, request.params.id, newForm())),
  );

  app.post('/patients/:id/duplicates', route, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      const other = idIn(typed.patientId);
      if (typed.do === 'apart') {
        await keepApart(deps, request.ctx, id, other);
        return reply.done(`/patients/${id}/duplicates`, {
          text: 'They are two people. They are not shown as alike again.',
        });
      }
      const [stays, goes] = typed.do === 'into_other' ? [other, id] : [id, other];
      await mergePatients(deps, request.ctx, stays, goes);
      return reply.done(`/patients/${stays}`, {
        text: 'The two records are one. What is stricter on contact holds for both.',
      });
    } catch (error) {
      const form = refused(typed, error);
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

  async function duplicatesView(ctx: Context, id: string, form: Form) {
    const patient = await getPatient(deps.db, id);
    const { own, likely } = await likelyDuplicates(deps.db, id);
    await logAccesses(deps, ctx, [id, ...likely.map(({ record }) => record.id)], 'patient');
    return { patient, own, likely, form };
  }
}

function idIn(value: string | string[] | undefined): string {
  const id = String(value ?? '');
  if (!uuid.test(id)) throw invalid({ pointer: '/patientId', message: 'Choose a record from the list.' });
  return id;
}
