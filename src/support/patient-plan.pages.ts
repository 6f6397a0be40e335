import { logAccess } from '../people/look.queries.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { type Form, fields, newForm } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { givePlan, stopSupport } from './patient-plan.commands.ts';
import { listPatientPlans } from './patient-plan.queries.ts';
import { listPlans } from './plan.queries.ts';
import { stepLines } from './plan.rules.ts';
import { NewPatientPlan, NewSupportStop } from './plan.schemas.ts';

const words = { planId: 'Choose a plan', reason: 'Write what the person said' };

/** /patients/:id/support: the plan that a person has, another in its place, and the end of support as they wish it. */
export function patientPlanPages(app: App, deps: Deps): void {
  formPage(app, '/patients/:id/support', {
    action: 'follow-ups.plan',
    params: idParams,
    view: 'support/views/patient-plan.njk',
    show(sent, { ctx, params }) {
      const { form: which, inPlaceOf = 'new' } = sent?.typed ?? {};
      return view(
        ctx,
        params.id,
        sent && { ...sent, prefix: which === 'stop' ? 'stop' : `plan-${inPlaceOf}` },
      );
    },
    async take({ form: which, ...typed }, { ctx, params: { id } }) {
      const back = { href: `/patients/${id}`, text: 'Back to the patient' };
      if (which === 'stop') {
        const { cancelledFollowUps } = await stopSupport(deps, ctx, id, fields(NewSupportStop, typed, words));
        const text = `Support has ended as they wished. Follow-ups cancelled: ${cancelledFollowUps}.`;
        return { href: `/patients/${id}/support`, text, link: back };
      }
      const given = await givePlan(deps, ctx, id, fields(NewPatientPlan, typed, words));
      const kept = given.kept ? ` Kept, since they were told or confirmed it: ${given.kept}.` : '';
      const text = `The plan is given. Follow-ups planned: ${given.planned}.${kept}`;
      return { href: `/patients/${id}/support`, text, link: back };
    },
  });

  /** `sent`: the form that was refused, if any. */
  async function view(ctx: Context, patientId: string, sent?: Form) {
    const [patient, held, plans] = await Promise.all([
      getPatient(deps.db, patientId),
      listPatientPlans(deps.db, patientId),
      listPlans(deps.db),
      logAccess(deps, ctx, patientId, 'patient'),
    ]);
    const formOf = (prefix: string, start: Record<string, string> = {}) =>
      sent?.prefix === prefix ? sent : { ...newForm(start), prefix };
    const runs = held.filter(({ endedAt }) => endedAt === null);
    const choice = ({ id, name, version }: { id: string; name: string; version: number }) => ({
      value: id,
      text: `${name}, version ${version}`,
    });
    return {
      patient,
      reached: patient.contactState !== 'withdrawn' && patient.contactState !== 'deceased',
      form: sent,
      running: runs.map((one) => ({
        ...one,
        choices: plans
          .filter(({ id, version }) => id !== one.plan.id || version !== one.plan.version)
          .map(choice),
        form: formOf(`plan-${one.id}`),
      })),
      ended: held.filter(({ endedAt }) => endedAt !== null),
      mayBegin: !runs.some(({ ahead }) => ahead > 0),
      newPlanForm: formOf('plan-new'),
      choices: plans.map(choice),
      plans: plans.map((plan) => ({ ...plan, lines: stepLines(plan.steps) })),
      stopForm: formOf('stop'),
      mayStop: runs.length > 0,
    };
  }
}
