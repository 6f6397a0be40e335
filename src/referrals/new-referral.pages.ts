import Type from 'typebox';
import { channels, languages } from '../people/contact.rules.ts';
import { communicationNeeds, noNhsNumberReasons } from '../people/patient.schemas.ts';
import { trustedTopicChoices } from '../people/trusted.rules.ts';
import { listClinics } from '../scheme/organisations/organisation.queries.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, strictObject } from '../shared/http.ts';
import { toProblem } from '../shared/problem.ts';
import { type Form, newForm, refused, type Typed } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { choicesOf } from './hosted-form/choices.view.ts';
import { receiveReferral } from './referral.commands.ts';
import { barriers, needs, urgencies } from './referral.rules.ts';
import { atFormNames, formProperties, referralIn, wayWords } from './referral-form.schemas.ts';

const ReferralForm = strictObject({ ...formProperties, clinicId: Type.String({ format: 'uuid' }) });

const words = {
  ...wayWords,
  clinicId: 'Choose the clinic that refers.',
  needs: 'Choose at least one thing they need.',
  'patient.givenName': 'Enter their given name, their family name or both.',
  'patient.trustedPerson.name': 'Enter the name of the trusted person.',
  'patient.trustedPerson.mayBeContacted': 'Choose whether we may contact the trusted person.',
  'referrer.name': 'Enter who refers.',
  'consent.givenOn': 'Enter the day the patient agreed.',
  'consent.shareWithScheme': 'Confirm that the patient agreed. Without that there can be no referral.',
};
const newView = 'referrals/views/new.njk';
const start: Typed = {
  urgency: 'routine',
  'patient.wording': 'discreet',
  'patient.contactChoice': 'any_safe',
};
const rowsAtOnce = 3;
const mostRows = 10;

/** /referrals/new: an officer writes down a referral that came by email or phone. */
export function newReferralPages(app: App, deps: Deps): void {
  formPage(app, '/referrals/new', {
    action: 'referrals.send',
    view: newView,
    async show(sent, _request, error) {
      if (!sent) return formView(newForm(start));
      const problem = toProblem(error);
      const form = refused(sent.typed, atFormNames(problem));
      const inTheWay = problem.type === 'referral-already-open' ? problem.extra.referralId : undefined;
      return { ...(await formView(form, rowsIn(sent.typed))), inTheWay };
    },
    async take(typed, { ctx }, reply) {
      if (typed.add) return reply.page(newView, await formView(newForm(typed), rowsIn(typed) + 1));
      const referral = referralIn(ReferralForm, typed, words);
      const { id, reference } = await receiveReferral(deps, ctx, referral);
      return {
        href: `/referrals/${id}`,
        text: `Referral ${reference} is recorded. Decide about it now, or later from the queue.`,
        link: { href: '/referrals', text: 'The queue' },
      };
    },
  });

  async function formView(form: Form, rows = rowsAtOnce) {
    return {
      form: {
        ...form,
        summary: form.summary.toSorted((one, other) => placeOf(one) - placeOf(other)).map(ofItsRow),
      },
      clinics: await listClinics(deps.db),
      rows: Math.min(Math.max(rows, rowsAtOnce), mostRows),
      mostRows,
      today: today(deps.clock),
      choices: {
        needs: choicesOf(needs),
        barriers,
        urgencies,
        channels,
        communicationNeeds,
        noNhsNumberReasons,
        languages,
        trustedTopicChoices,
      },
    };
  }
}

/** A fault of a row says in the summary which way to reach them it is. */
function ofItsRow(fault: Form['summary'][number]): Form['summary'][number] {
  const row = /^contactPoints\.(\d+)\./.exec(fault.name ?? '')?.[1];
  return row ? { ...fault, text: `Way ${Number(row) + 1} to reach them: ${fault.text}` } : fault;
}

/** The order of the page, so that faults are listed from top to bottom. */
const order = [
  'clinicId',
  'referrer',
  'clinicReference',
  'patient.',
  'contactPoints',
  'patient.contactChoice',
  'patient.trustedPerson',
  'needs',
  'barriers',
  'urgency',
  'urgencyReason',
  'notes',
  'visitRisks',
  'consent',
  'consent.givenOn',
];
const placeOf = ({ name = '' }: Form['summary'][number]) =>
  order.findLastIndex((start) => name.startsWith(start));

const rowsIn = (typed: Typed) =>
  new Set(Object.keys(typed).flatMap((name) => /^contactPoints\.\d+/.exec(name)?.[0] ?? [])).size;
