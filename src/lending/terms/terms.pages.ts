import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { nullable } from '../../shared/schemas.ts';
import { offeredPlans } from '../../support/plan.queries.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
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

type Reply = { code(status: number): { page(view: string, data: object): Promise<string> } };

/** /settings/terms: the terms of each kind of loan. */
export function termsPages(app: App, deps: Deps): void {
  app.get('/settings/terms', { config: { action: 'settings.read' } }, async (_request, reply) => {
    const terms = await listTerms(deps.db);
    return reply.page('lending/terms/views/terms.njk', {
      terms: terms.map((one) => ({ ...one, length: lengthWords(one), extensions: extensionWords(one) })),
    });
  });

  const change = { action: 'settings.change' } as const;
  const start: Typed = { borrower: 'patient', extensionsAllowed: '2', extensionWeeks: '13' };
  app.get('/settings/terms/new', { config: change }, async (_request, reply) =>
    reply.page('lending/terms/views/terms-form.njk', {
      form: newForm(start),
      borrowers,
      plans: await planChoices(),
    }),
  );

  app.post('/settings/terms/new', { config: change }, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const terms = await addTerms(deps, request.ctx, fields(NewForm, typed, words));
      return reply.done('/settings/terms', { text: `${terms.name} can be chosen from now on.` });
    } catch (error) {
      const form = refused(typed, error);
      return reply
        .code(form.status)
        .page('lending/terms/views/terms-form.njk', { form, borrowers, plans: await planChoices() });
    }
  });

  const one = { config: change, schema: { params: idParams } } as const;
  app.get('/settings/terms/:id', one, async (request, reply) => {
    const terms = await getTerms(deps.db, request.params.id);
    return showOne(reply, terms, newForm(typedOf(terms)));
  });

  app.post('/settings/terms/:id', one, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    const version = String(typed.version ?? '');
    try {
      const terms = await changeTerms(
        deps,
        request.ctx,
        id,
        { ...fields(ChangeForm, typed, words), retired: typed.retired === 'yes' },
        version,
      );
      const offered = terms.retired ? ' They are no longer offered.' : '';
      return reply.done('/settings/terms', { text: `${terms.name}: the terms are changed.${offered}` });
    } catch (error) {
      const terms = await getTerms(deps.db, id);
      return showOne(reply, terms, besideTheOther(refused(typed, error), typedOf(terms)), version);
    }
  });

  async function showOne(reply: Reply, terms: LoanTerms, form: Form, seen?: string) {
    const version = versionToSend(form, seen, etagOf(terms.id, terms.changedAt));
    const plans = await planChoices();
    return reply
      .code(form.status)
      .page('lending/terms/views/terms-form.njk', { terms, form, version, plans });
  }

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
