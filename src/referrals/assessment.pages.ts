import Type from 'typebox';
import { logAccess } from '../people/look.queries.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { uuid } from '../shared/ids.ts';
import { type Form, fields, newForm, type Typed } from '../web/forms.ts';
import { formPage, submit } from '../web/submit.ts';
import { assessReferral, takeUp } from './assessment.commands.ts';
import { listAssessments } from './assessment.queries.ts';
import { type Assessment, NewAssessment, NewTakeUp } from './assessment.schemas.ts';
import { getReferral } from './referral.queries.ts';
import { barriers } from './referral.rules.ts';
import type { Referral } from './referral.schemas.ts';
import { isUndecided } from './referral.states.ts';
import {
  connections,
  deviceUses,
  type Offer,
  offers,
  offerWords,
  spaces,
  useWords,
  whyNotSuggested,
  yesWords,
} from './tree.rules.ts';

const { barriers: barrierList, insteadOf: _, ...rest } = NewAssessment.properties;
const AssessmentForm = strictObject({ ...rest, barriers: Type.Optional(barrierList) });
const TakeUpForm = strictObject({ ...NewTakeUp.properties, assessmentId: Type.String({ format: 'uuid' }) });
const words = {
  uses: 'Choose what they use today, or nothing',
  internetAtHome: 'Choose whether there is internet at home',
  privateSpace: 'Choose whether they have a private space',
  prefersNotDigital: 'Choose whether they want to be digital at all',
  offers: 'Choose at least one thing to take up',
};
const view = 'referrals/views/assessment.njk';

/** /referrals/:id/assessment: what would help, found out with the person on one page. */
export function assessmentPages(app: App, deps: Deps): void {
  const route = { action: 'referrals.decide', params: idParams, view } as const;
  formPage(app, '/referrals/:id/assessment', {
    ...route,
    reads: 'patients.read',
    show: (form, { ctx, params }) => assessmentView(ctx, params.id, form),
    async take({ newest, ...typed }, { ctx, params: { id } }) {
      const { barriers = [], ...said } = fields(AssessmentForm, typed, words);
      const insteadOf = uuid.test(String(newest)) ? String(newest) : null;
      await assessReferral(deps, ctx, id, { barriers, ...said, insteadOf });
      return { href: `/referrals/${id}/assessment`, text: 'It is written down. See below what it suggests.' };
    },
  });

  submit(app, '/referrals/:id/assessment/take-up', {
    ...route,
    prefix: 'take-up',
    show: (form, { ctx, params }) => assessmentView(ctx, params.id, form),
    async take(typed, { ctx, params: { id } }) {
      const { assessmentId, ...chosen } = fields(TakeUpForm, withoutReasonsOfTaken(typed), words);
      const { accepted, status } = await takeUp(deps, ctx, { id, assessmentId }, chosen);
      const text = !accepted
        ? 'It is written down. The referral is still to be decided: say no with the reason, or accept it.'
        : status === 'active'
          ? 'The referral is accepted. Its follow-ups are planned.'
          : 'The referral is accepted and on the waiting list.';
      return { href: `/referrals/${id}`, text };
    },
  });

  async function assessmentView(ctx: Context, id: string, sent?: Form) {
    const referral = await getReferral(deps.db, ctx.actor, id);
    const [patient, [newest, ...earlier]] = await Promise.all([
      getPatient(deps.db, referral.patient.id),
      listAssessments(deps.db, id),
      logAccess(deps, ctx, referral.patient.id, 'referral'),
    ]);
    const start: Typed = newest ? typedOf(newest.said) : { barriers: referral.barriers };
    const lines = newest ? offerLines(referral, newest) : [];
    const isTakeUp = sent?.prefix === 'take-up';
    return {
      referral,
      patient,
      newest,
      earlier,
      open: isUndecided.of(referral.status),
      form: sent,
      findings: sent && !isTakeUp ? sent : newForm(start),
      offerLines: lines,
      takeUpForm: isTakeUp
        ? sent
        : {
            ...newForm({ offers: lines.flatMap((line) => (line.asked || line.suggested ? line.offer : [])) }),
            prefix: 'take-up',
          },
      choices: { barriers, deviceUses, connections, spaces },
      offerWords,
      useWords,
      yesWords,
    };
  }
}

const typedOf = (said: Assessment['said']): Typed =>
  Object.fromEntries(
    Object.entries(said).map(([name, value]) => [
      name,
      typeof value === 'boolean' ? (value ? 'yes' : 'no') : value,
    ]),
  );

type OfferLine = { offer: Offer; asked: boolean; suggested: boolean; hint: string };

/** What may be taken up, each with who asked for it and why it is suggested or not. */
function offerLines({ needs }: Referral, { said, suggestions, treeVersion }: Assessment): OfferLine[] {
  return offers.map((offer) => {
    const need = needs.find((row) => row.need === offer && row.status === 'open');
    const suggestion = suggestions.find((one) => one.offer === offer);
    const asked =
      need && (need.reason ? `It is needed already: ${need.reason}` : 'The clinic asked for this.');
    const why = suggestion?.why ?? `Not suggested, because ${whyNotSuggested(offer, said, treeVersion)}`;
    return {
      offer,
      asked: need !== undefined,
      suggested: suggestion !== undefined,
      hint: asked ? `${asked} ${why}` : why,
    };
  });
}

/** What is taken up wants no reason, whatever was typed before it was ticked. */
function withoutReasonsOfTaken(typed: Typed): Typed {
  const taken = [typed.offers ?? []].flat().map((offer) => `dropped.${offer}`);
  return Object.fromEntries(Object.entries(typed).filter(([name]) => !taken.includes(name)));
}
