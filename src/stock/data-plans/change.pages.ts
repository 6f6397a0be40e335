import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { line, nullable } from '../../shared/schemas.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { changePlan, planTag } from './change.commands.ts';
import { endsAsCounted } from './change.rules.ts';
import { DataPlanChange, type DataPlanChanged } from './change.schemas.ts';
import { getPlan } from './data-plan.queries.ts';
import type { DataPlan } from './data-plan.schemas.ts';

const { gbPerMonth: _gb, ...rest } = DataPlanChange.properties;
/** The form shows everything: what every plan has is needed. */
const PlanForm = strictObject({
  ...rest,
  iccid: line(40),
  network: line(100),
  gbPerMonth: nullable(Type.Integer({ minimum: 1, maximum: 1000 })),
  durationMonths: Type.Integer({ minimum: 1, maximum: 60 }),
});
const words = {
  iccid: 'Enter the number printed on the SIM',
  network: 'Enter the network',
  durationMonths: 'Enter for how many months it runs',
};

/** /data-plans/:id/change: what was recorded of a SIM and its plan, put right. */
export function changePlanPages(app: App, deps: Deps): void {
  formPage(app, '/data-plans/:id/change', {
    action: 'data-plans.manage',
    params: idParams,
    view: 'stock/data-plans/views/change.njk',
    async show(sent, { params: { id } }) {
      const plan = await getPlan(deps.db, deps.clock, id);
      const form = besideTheOther(sent, typedOf(plan));
      return { plan, form, version: versionToSend(form, planTag(plan)) };
    },
    async take(typed, { ctx, params: { id } }) {
      const said = fields(PlanForm, typed, words);
      const whole: DataPlanChange = { msisdn: null, activatedOn: null, expiresOn: null, ...said };
      const done = await changePlan(deps, { ...ctx, ifMatch: String(typed.version ?? '') }, id, whole);
      return { href: `/data-plans/${id}`, text: whatChanged(done) };
    },
  });
}

function whatChanged({
  changed,
  numberStopped,
  warnings,
}: Pick<DataPlanChanged, 'numberStopped' | 'warnings'> & { changed: string[] }): string {
  if (!changed.length) return 'The details say the same as before.';
  return [
    'The details are changed.',
    ...(numberStopped
      ? [
          'Its old number no longer counts as a way to reach the person who has it: a task asks for another way.',
        ]
      : []),
    ...warnings,
  ].join(' ');
}

/** What the form begins with; a day that is counted is left to be counted again. */
const typedOf = (plan: DataPlan): Typed => ({
  iccid: plan.iccid,
  msisdn: plan.msisdn ?? '',
  network: plan.network,
  gbPerMonth: String(plan.gbPerMonth ?? ''),
  durationMonths: String(plan.durationMonths),
  activatedOn: plan.activatedOn ?? '',
  expiresOn: endsAsCounted(plan) ? '' : (plan.expiresOn ?? ''),
  ...(plan.endedOn && { endedOn: plan.endedOn }),
});
