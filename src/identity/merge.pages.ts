import { likelyDuplicates } from '../people/duplicate.queries.ts';
import { logAccess } from '../people/look.queries.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { invalid } from '../shared/problem.ts';
import { type Form, fields, idIn, newForm } from '../web/forms.ts';
import { formPage, submit } from '../web/submit.ts';
import { mergePatients } from './merge.commands.ts';
import { heldBy, keptApartFrom, mergedInto } from './merge.queries.ts';
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

  formPage(app, '/patients/:id/duplicates', {
    reads: 'patients.read',
    action: 'patients.change',
    params: idParams,
    view,
    show: (sent, { ctx, params }) =>
      duplicatesView(ctx, params.id, sent && { ...sent, prefix: `other-${sent.typed.patientId}` }),
    async take(typed, { ctx, params: { id } }) {
      const other = chosen(typed.patientId);
      if (typed.do === 'apart') {
        const { reason } = fields(ApartForm, { reason: typed.reason ?? '' });
        await keepApart(deps, ctx, id, { patientId: other, ...(reason && { reason }) });
        return {
          href: `/patients/${id}/duplicates`,
          text: 'They are two people. They are not shown as alike again.',
        };
      }
      if (typed.do === 'alike') {
        await alikeAgain(deps, ctx, id, other);
        return { href: `/patients/${id}/duplicates`, text: 'It is taken back. They may be compared again.' };
      }
      const [stays, goes] = typed.do === 'into_other' ? [other, id] : [id, other];
      await mergePatients(deps, ctx, stays, goes);
      return {
        href: `/patients/${stays}`,
        text: 'The two records are one. What is stricter on contact holds for both.',
      };
    },
  });

  submit(app, '/patients/:id/partings', {
    action: 'patients.change',
    params: idParams,
    async take(typed, { ctx, params: { id } }) {
      const parted = await partPatients(deps, ctx, id, chosen(typed.mergeId));
      return {
        href: `/patients/${id}`,
        text: 'The two records are parted. What began after they were merged stays here.',
        link: { href: `/patients/${parted.id}`, text: 'See the other record' },
      };
    },
  });

  async function duplicatesView(ctx: Context, id: string, sent?: Form) {
    const patient = await getPatient(deps.db, id);
    const [{ own, likely }, apart] = await Promise.all([
      likelyDuplicates(deps.db, id),
      keptApartFrom(deps.db, id),
    ]);
    const [held] = await Promise.all([
      heldBy(deps.db, [id, ...likely.map(({ record }) => record.id)]),
      logAccess(deps, ctx, id, 'patient'),
    ]);
    const formOf = (other: string) =>
      sent?.prefix === `other-${other}` ? sent : { ...newForm(), prefix: `other-${other}` };
    return {
      patient,
      own,
      held: held.get(id),
      likely: likely.map((one) => ({ ...one, held: held.get(one.record.id), form: formOf(one.record.id) })),
      apart,
      form: sent,
    };
  }
}

function chosen(value: string | string[] | undefined): string {
  const id = idIn(value);
  if (!id) throw invalid({ pointer: '/patientId', message: 'Choose a record from the list.' });
  return id;
}
