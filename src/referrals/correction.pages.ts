import { logAccess } from '../people/look.queries.ts';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, type Typed } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { correctReferral } from './correction.commands.ts';
import { askedNeeds } from './correction.queries.ts';
import { ReferralCorrection } from './correction.schemas.ts';
import { choicesOf } from './hosted-form/choices.view.ts';
import { getReferral } from './referral.queries.ts';
import { barriers, type Need, needs, referralStatusWords, urgencies } from './referral.rules.ts';
import { NewReferral, type Referral } from './referral.schemas.ts';
import { isOpenReferral } from './referral.states.ts';

const words = {
  needs: 'Choose at least one thing they need',
  'referrer.name': 'Enter who refers',
  urgency: 'Choose how urgent it is',
};
const { needs: asked, referrer } = NewReferral.properties;
/** A form says everything, an API what changes. */
const CorrectionForm = strictObject({ ...ReferralCorrection.properties, needs: asked, referrer });
/** What a field says that was left empty. */
const none = { barriers: [], urgencyReason: null, clinicReference: null, notes: null, visitRisks: null };

/** /referrals/:id/corrections: what was written down wrong of a referral is put right. */
export function correctionPages(app: App, deps: Deps): void {
  formPage(app, '/referrals/:id/corrections', {
    action: 'referrals.decide',
    params: idParams,
    view: 'referrals/views/correct.njk',
    show: (sent, { ctx, params }) => view(ctx, params.id, sent),
    async take({ version, ...typed }, { ctx, params: { id } }) {
      const given = fields(CorrectionForm, typed, words);
      const correction: ReferralCorrection = {
        ...none,
        ...given,
        referrer: { email: null, phone: null, ...given.referrer },
      };
      await correctReferral(deps, { ...ctx, ifMatch: String(version ?? '') }, id, correction);
      return { href: `/referrals/${id}`, text: 'The referral is put right.' };
    },
  });

  async function view(ctx: Context, id: string, sent?: Form) {
    const referral = await getReferral(deps.db, ctx.actor, id);
    const [asked] = await Promise.all([
      askedNeeds(deps.db, id),
      logAccess(deps, ctx, referral.patient.id, 'referral'),
    ]);
    const form = besideTheOther(sent, typedOf(referral, asked), ['releaseHeld']);
    return {
      form,
      referral,
      version: versionToSend(form, etagOf(id, referral.changedAt)),
      why:
        !isOpenReferral.of(referral.status) &&
        `The referral is ${referralStatusWords[referral.status]}, and stays as it was then.`,
      choices: { needs: choicesOf(needs), barriers, urgencies },
    };
  }
}

function typedOf(referral: Referral, asked: Need[]): Typed {
  const { referrer, urgency, urgencyReason, clinicReference, notes, visitRisks } = referral;
  return {
    needs: asked,
    barriers: referral.barriers,
    'referrer.name': referrer.name,
    'referrer.email': referrer.email ?? '',
    'referrer.phone': referrer.phone ?? '',
    clinicReference: clinicReference ?? '',
    urgency,
    urgencyReason: urgencyReason ?? '',
    notes: notes ?? '',
    visitRisks: visitRisks ?? '',
  };
}
