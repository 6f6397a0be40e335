import Type from 'typebox';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { type Form, fields, newForm, type Typed } from '../web/forms.ts';
import { submit } from '../web/submit.ts';
import { channels } from './contact.rules.ts';
import { recordContactPoint } from './contact-point.commands.ts';
import { NewContactWay, withoutBlankHours } from './contact-point.schemas.ts';
import { logAccess } from './look.queries.ts';
import { getPatient } from './patient.queries.ts';
import type { Patient } from './patient.schemas.ts';

const words = {
  channel: 'Choose the way to reach them',
  value: 'Enter the number or the address',
  safe: 'Choose whether they said that this is safe',
  'hours.*.days': 'Choose the days',
  'hours.*.from': 'Enter from when, like 09:30',
  'hours.*.to': 'Enter until when, like 17:00',
};
const view = 'people/views/contact-point.njk';
const pointParams = Type.Object({ ...idParams.properties, pointId: Type.String({ format: 'uuid' }) });

/** /patients/:id/contact-points: what a person says of a way to reach them, now. */
export function contactPointPages(app: App, deps: Deps): void {
  const config = { action: 'patients.change' } as const;

  app.get(
    '/patients/:id/contact-points/new',
    { config, schema: { params: idParams } },
    async (request, reply) => reply.page(view, await wayView(request.ctx, request.params.id, newForm())),
  );

  app.get(
    '/patients/:id/contact-points/:pointId',
    { config, schema: { params: pointParams } },
    async (request, reply) => {
      const { id, pointId } = request.params;
      const patient = await getPatient(deps.db, id);
      const point = patient.contactPoints.find((one) => one.id === pointId);
      if (!point) throw new Problem('not-found');
      return reply.page(view, await wayView(request.ctx, id, newForm(typedOf(point)), point));
    },
  );

  submit(app, '/patients/:id/contact-points', {
    ...config,
    params: idParams,
    view,
    show: (form, { ctx, params }) => wayView(ctx, params.id, form),
    async take(typed, { ctx, params: { id } }) {
      const way = fields(NewContactWay, withoutBlankHours(typed), words);
      const { warnings } = await recordContactPoint(deps, ctx, id, way);
      return {
        href: `/patients/${id}`,
        text: ['What they said is written down, and counts from now on.', ...warnings].join(' '),
      };
    },
  });

  async function wayView(ctx: Context, id: string, form: Form, known?: Point) {
    const patient = await getPatient(deps.db, id);
    await logAccess(deps, ctx, id, 'patient');
    const { channel, value } = form.typed;
    const point =
      known ?? patient.contactPoints.find((one) => one.channel === channel && one.value === value);
    const rows = new Set(Object.keys(form.typed).flatMap((name) => /^hours\.\d+/.exec(name)?.[0] ?? [])).size;
    return { patient, point, form, channels, rows: Math.min(rows + 1, 14) };
  }
}

type Point = Patient['contactPoints'][number];

const typedOf = ({ channel, value, safe, voicemailOk, hours, recheckDue }: Point): Typed => ({
  channel,
  value,
  safe: safe ? 'yes' : 'no',
  voicemailOk: voicemailOk ? 'yes' : 'no',
  ...dateTyped('recheckDue', recheckDue),
  ...Object.fromEntries(
    (hours ?? []).flatMap(({ days, from, to }, row) => [
      [`hours.${row}.days`, days.map(String)],
      [`hours.${row}.from`, from],
      [`hours.${row}.to`, to],
    ]),
  ),
});

const dateTyped = (name: string, date: string | null): Typed => (date ? { [name]: date } : {});
