import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { patientPlanPages } from './patient-plan.pages.ts';
import { addPlan, changePlan } from './plan.commands.ts';
import { getPlan, listPlans } from './plan.queries.ts';
import { mostSteps, stepLines } from './plan.rules.ts';
import { NewPlan, PlanChange, type SupportPlanVersions } from './plan.schemas.ts';
import { ways, wayWords } from './support.rules.ts';

const words = {
  name: 'Enter what the plan is called',
  steps: 'Fill in at least one step',
  'steps.*.step': 'Enter what the step is called',
  'steps.*.days': 'Enter a number of days',
  'steps.*.way': 'Choose how',
  'steps.*.minutes': 'Enter how many minutes it takes',
};
/** Empty steps that a form has beside those that are filled. */
const spareSteps = 3;

/** /settings/support-plans: what kinds of support there are, version by version. */
export function planPages(app: App, deps: Deps): void {
  patientPlanPages(app, deps);

  const read = { config: { action: 'settings.read' } } as const;
  app.get('/settings/support-plans', read, async (_request, reply) => {
    const plans = await listPlans(deps.db, { retired: true });
    return reply.page('support/views/plans.njk', {
      plans: plans.map((plan) => ({ ...plan, lines: stepLines(plan.steps) })),
    });
  });

  formPage(app, '/settings/support-plans/new', {
    action: 'settings.change',
    view: 'support/views/plan-form.njk',
    show: (sent) => view(sent ? atFirstStep({ ...sent, typed: readRows(sent.typed) }) : newForm()),
    async take(typed, { ctx }) {
      const plan = await addPlan(deps, ctx, fields(NewPlan, readRows(typed), words));
      return { href: `/settings/support-plans/${plan.id}`, text: `The plan ${plan.name} is added.` };
    },
  });

  app.get('/settings/support-plans/:id', { ...read, schema: { params: idParams } }, async (request, reply) =>
    reply.page('support/views/plan.njk', planView(await getPlan(deps.db, request.params.id))),
  );

  const one = { config: { action: 'settings.change' }, schema: { params: idParams } } as const;
  app.get('/settings/support-plans/:id/change', one, async (request, reply) => {
    const plan = await getPlan(deps.db, request.params.id);
    return reply.page('support/views/plan-form.njk', view(newForm(typedOf(plan)), plan));
  });

  app.post('/settings/support-plans/:id/change', one, async (request, reply) => {
    const { id } = request.params;
    const { retire, ...sent } = typedIn(request.body);
    const typed = readRows(sent);
    try {
      const input = retire ? { retired: retire === 'yes' } : fields(PlanChange, typed, words);
      const plan = await changePlan(
        deps,
        { ...request.ctx, ifMatch: String(typed.version ?? '') },
        id,
        input,
      );
      const text = retire
        ? `The plan ${plan.name} is ${plan.retired ? 'no longer' : 'again'} offered.`
        : `The plan ${plan.name} is saved. Version ${plan.version} begins from now on; people who have it already keep theirs.`;
      return reply.done(`/settings/support-plans/${id}`, { text });
    } catch (error) {
      const plan = await getPlan(deps.db, id);
      const form = besideTheOther(atFirstStep(refused(typed, error)), typedOf(plan));
      reply.code(form.status);
      return retire
        ? reply.page('support/views/plan.njk', { ...planView(plan), form })
        : reply.page('support/views/plan-form.njk', view(form, plan));
    }
  });

  const planView = (plan: SupportPlanVersions) => ({
    plan,
    lines: stepLines(plan.steps),
    earlier: plan.earlier.map((version) => ({ ...version, lines: stepLines(version.steps) })),
    version: etagOf(plan.id, plan.changedAt),
  });

  function view(form: Form, plan?: SupportPlanVersions) {
    const filled = Object.keys({ ...form.typed, ...form.errors }).flatMap(
      (name) => /^steps\.(\d+)\./.exec(name)?.[1] ?? [],
    );
    return {
      plan,
      form,
      version: plan && versionToSend(form, etagOf(plan.id, plan.changedAt)),
      rows: Math.min(mostSteps, Math.max(0, ...filled.map((row) => Number(row) + 1)) + spareSteps),
      ways: ways.map((value) => ({ value, text: wayWords[value] })),
    };
  }
}

/** A step of which name and days were cleared is taken out, whatever else it had. */
function readRows(typed: Typed): Typed {
  const gone = (name: string) => {
    const row = /^steps\.\d+\./.exec(name)?.[0];
    return row && !String(typed[`${row}step`] ?? '').trim() && !String(typed[`${row}days`] ?? '').trim();
  };
  return typedIn(
    Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, gone(name) ? '' : value])),
  );
}

/** That there is no step is told at the first. */
function atFirstStep(form: Form): Form {
  const own = (name: string) => (name === 'steps' ? 'steps.0.step' : name);
  return {
    ...form,
    errors: Object.fromEntries(Object.entries(form.errors).map(([name, text]) => [own(name), text])),
    summary: form.summary.map((fault) => (fault.name ? { ...fault, name: own(fault.name) } : fault)),
  };
}

function typedOf({ name, steps, forLoans, forSupport }: SupportPlanVersions): Typed {
  const rows = steps.flatMap((step, row) =>
    Object.entries({ ...step, countedFrom: step.countedFrom === 'due' ? 'due' : '' }).map(
      ([field, value]): [string, string] => [`steps.${row}.${field}`, String(value)],
    ),
  );
  return {
    name,
    ...(forLoans && { forLoans: 'yes' }),
    ...(forSupport && { forSupport: 'yes' }),
    ...Object.fromEntries(rows),
  };
}
