import type { Deps } from '../../shared/deps.ts';
import { type App, strictObject } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { changePolicy } from './policy.commands.ts';
import { getPolicy, policyTag } from './policy.queries.ts';
import { LendingPolicy } from './policy.schemas.ts';

const { changedAt: _changedAt, ...numbers } = LendingPolicy.properties;
const PolicyForm = strictObject(numbers);
const words = {
  replacementLimit: 'Enter a number; 0 when every replacement needs approval',
  replacementMonths: 'Enter a number of months',
  allocationDays: 'Enter a number of days',
  urgentDays: 'Enter a number of days, 0 for the same day',
  soonDays: 'Enter a number of days, 0 for the same day',
  routineDays: 'Enter a number of days, 0 for the same day',
};

/** /settings/policy: what the scheme decided about replacements, allocations and how soon referrals are decided. */
export function policyPages(app: App, deps: Deps): void {
  app.get('/settings/policy', { config: { action: 'settings.read' } }, async (_request, reply) => {
    const policy = await getPolicy(deps.db);
    return reply.page('lending/terms/views/policy.njk', {
      form: newForm(typedOf(policy)),
      version: policyTag(policy),
    });
  });

  app.post('/settings/policy', { config: { action: 'settings.change' } }, async (request, reply) => {
    const typed = typedIn(request.body);
    const version = String(typed.version ?? '');
    try {
      await changePolicy(deps, request.ctx, fields(PolicyForm, typed, words), version);
      return reply.done('/settings/policy', { text: 'The policy is changed.' });
    } catch (error) {
      const policy = await getPolicy(deps.db);
      const form = besideTheOther(refused(typed, error), typedOf(policy));
      return reply.code(form.status).page('lending/terms/views/policy.njk', {
        form,
        version: versionToSend(form, version, policyTag(policy)),
      });
    }
  });
}

const typedOf = ({ changedAt: _at, ...values }: LendingPolicy): Typed =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
