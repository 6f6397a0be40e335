import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { nullable } from '../../shared/schemas.ts';
import { offeredPlans } from '../../support/plan.queries.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { fields, newForm, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { addTerms, changeTerms } from './terms.commands.ts';
import { getTerms, listTerms } from './terms.queries.ts';
import { borrowers, extensionWords, lengthWords } from './terms.rules.ts';
import { type LoanTerms, NewTerms, termsNumbers } from './terms.schemas.ts';

const { name, borrower, isDefault } = NewTerms.properties;
const supportPlanId = nullable(Type.String({ format: 'uuid' }));
// A number that was cleared is taken away, so each is always there: as null, or as a fault, when empty.
const shared = {
  name,
  weeks: nullable(termsNumbers.weeks),
  reviewMonths: nullable(termsNumbers.months),
  extensionsAllowed: termsNumbers.times,
  extensionWeeks: termsNumbers.weeks,
  supportPlanId,
  isDefault,
};
const NewForm = strictObject({ ...shared, borrower });
const ChangeForm = strictObject(shared);
const words = {
  name: 'Enter a name',
  borrower: 'Choose who borrows',
  extensionsAllowed: 'Enter how often, 0 for never',
  extensionWeeks: 'Enter a number of weeks',
};

const formView = 'lending/terms/views/terms-form.njk';

/** /settings/terms: the terms of each kind of loan. */
export function termsPages(app: App, deps: Deps): void {
  app.get('/settings/terms', { config: { action: 'settings.read' } }, async (_request, reply) => {
    const terms = await listTerms(deps.db);
    return reply.page('lending/terms/views/terms.njk', {
      terms: terms.map((one) => ({ ...one, length: lengthWords(one), extensions: extensionWords(one) })),
    });
  });

  const start: Typed = { borrower: 'patient', extensionsAllowed: '2', extensionWeeks: '13' };
  formPage(app, '/settings/terms/new', {
    action: 'settings.change',
    view: formView,
    show: async (form = newForm(start)) => ({ form, borrowers, plans: await planChoices() }),
    async take(typed, { ctx }) {
      const terms = await addTerms(deps, ctx, fields(NewForm, typed, words));
      return { href: '/settings/terms', text: `${terms.name} can be chosen from now on.` };
    },
  });

  formPage(app, '/settings/terms/:id', {
    action: 'settings.change',
    params: idParams,
    view: formView,
    async show(sent, { params: { id } }) {
      const terms = await getTerms(deps.db, id);
      const form = besideTheOther(sent, typedOf(terms));
      const version = versionToSend(form, etagOf(terms.id, terms.changedAt));
      return { terms, form, version, plans: await planChoices() };
    },
    async take({ version, ...typed }, { ctx, params: { id } }) {
      const change = { ...fields(ChangeForm, typed, words), retired: typed.retired === 'yes' };
      const terms = await changeTerms(deps, { ...ctx, ifMatch: String(version ?? '') }, id, change);
      const offered = terms.retired ? ' They are no longer offered.' : '';
      return { href: '/settings/terms', text: `${terms.name}: the terms are changed.${offered}` };
    },
  });

  const planChoices = async () =>
    (await offeredPlans(deps.db)).map(({ id, name }) => ({ value: id, text: name }));
}

const typedOf = (terms: LoanTerms): Typed => ({
  name: terms.name,
  weeks: String(terms.weeks ?? ''),
  reviewMonths: String(terms.reviewMonths ?? ''),
  extensionsAllowed: String(terms.extensionsAllowed),
  extensionWeeks: String(terms.extensionWeeks),
  supportPlanId: terms.supportPlanId ?? '',
  ...(terms.retired && { retired: 'yes' }),
});
