import type { Deps } from '../../shared/deps.ts';
import { type App, strictObject } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { mbUsed } from '../attachments/attachment.queries.ts';
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
  attachmentQuotaMb: 'Enter a number of MB, 0 for none',
  askingMost: 'Enter a number; 0 when nobody is to be asked',
  askingWeeks: 'Enter a number of weeks',
  updatesWarnDays: 'Enter a number of days',
  updatesMonths: 'Enter a number of months',
  updatesUnknownStops: 'Choose whether it waits',
};

/** /settings/policy: what the scheme decided about replacements, allocations, how soon referrals are decided, security updates, room for photos and papers, and how often people are asked how they are. */
export function policyPages(app: App, deps: Deps): void {
  formPage(app, '/settings/policy', {
    reads: 'settings.read',
    action: 'settings.change',
    view: 'lending/terms/views/policy.njk',
    async show(sent) {
      const [policy, used] = await Promise.all([getPolicy(deps.db), mbUsed(deps.db)]);
      const form = besideTheOther(sent, typedOf(policy));
      return { form, used, version: versionToSend(form, policyTag(policy)) };
    },
    async take(typed, { ctx }) {
      await changePolicy(
        deps,
        { ...ctx, ifMatch: String(typed.version ?? '') },
        fields(PolicyForm, typed, words),
      );
      return { href: '/settings/policy', text: 'The policy is changed.' };
    },
  });
}

const typedOf = ({ changedAt: _at, ...values }: LendingPolicy): Typed =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
