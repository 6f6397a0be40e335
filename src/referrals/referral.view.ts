import { contactSources, contactSourceWords } from '../people/contact-state.rules.ts';
import { getShownPatient } from '../people/doubt.queries.ts';
import { likelyDuplicates } from '../people/duplicate.queries.ts';
import { logAccess } from '../people/look.queries.ts';
import { timestamp, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { timelineOf } from '../shared/event.queries.ts';
import { idParams } from '../shared/http.ts';
import { type Form, newForm } from '../web/forms.ts';
import type { AskedOne } from '../web/submit.ts';
import { timelineLines } from '../web/timeline.view.ts';
import { heldFor, readyStock, stockNeedsOf } from './allocations/allocation.queries.ts';
import { whyNoneHeld } from './allocations/allocation.rules.ts';
import { reasonsFor } from './allocations/waiting-list.rules.ts';
import { reachingOf } from './asked.rules.ts';
import { cameAs } from './clinic-view.rules.ts';
import { shownRepeat } from './hosted-form/repeat.view.ts';
import { needChoices } from './need.view.ts';
import { canWithdraw } from './progress.rules.ts';
import { shownProposal } from './proposal.view.ts';
import { getReferral, referralDesk, seesVisitRisks } from './referral.queries.ts';
import { waited } from './referral.rules.ts';
import type { ReferralSummary } from './referral.schemas.ts';
import { isAccepted, isUndecided } from './referral.states.ts';
import { isItsTurn, standingOf } from './standing.rules.ts';

/** A referral with how long ago it came. */
export function withAge<R extends ReferralSummary>(deps: Deps, referral: R) {
  return { ...referral, age: waited(referral.receivedAt, today(deps.clock)) };
}

/** What is read of a story where nobody asked for another page of it. */
const firstPage = { limit: 50 };

/** The page of one referral, for the forms that stand on it. */
export const referralPage = (deps: Deps) => ({
  params: idParams,
  view: 'referrals/views/referral.njk',
  show: (form: Form, asked: AskedOne) => referralView(deps, asked, firstPage, form),
});

/** What the page of one referral shows: itself, the person, what may be done, and a page of its story. `sent`: the form that was refused, if any. */
export async function referralView(
  deps: Deps,
  { ctx, params: { id } }: Pick<AskedOne, 'ctx' | 'params'>,
  page: { limit: number; after?: string },
  sent?: Form,
) {
  const referral = await getReferral(deps.db, ctx.actor, id);
  const [patient, desk, stock, needs, held, likeness, events] = await Promise.all([
    getShownPatient(deps.db, referral.patient.id, today(deps.clock)),
    referralDesk(deps.db, id, timestamp(deps.clock)),
    isAccepted.of(referral.status) ? readyStock(deps.db, today(deps.clock)) : [],
    stockNeedsOf(deps.db, id),
    heldFor(deps.db, id),
    isUndecided.of(referral.status) ? likelyDuplicates(deps.db, referral.patient.id) : null,
    timelineOf(deps.db, id, page),
    logAccess(deps, ctx, referral.patient.id, 'referral'),
  ]);
  const waitsFor = referral.needs.filter(({ status }) => status === 'open').map(({ need }) => need);
  const shown = withAge(deps, referral);
  const formOf = (prefix: string) => (sent?.prefix === prefix ? sent : { ...newForm(), prefix });
  return {
    referral: shown,
    patient,
    desk,
    reaching: reachingOf(desk.clinicWay),
    lookalikes: likeness?.likely.length ?? 0,
    repeats: desk.repeats.map((repeat) => shownRepeat(repeat, seesVisitRisks(ctx.actor))),
    consents: desk.consents.map((said) => ({ ...said, who: contactSourceWords[said.source] })),
    sources: contactSources.map((value) => ({ value, text: contactSourceWords[value] })),
    cameAs: cameAs(desk.asWritten, patient),
    proposals: desk.proposals.map((proposal) => shownProposal(proposal, patient)),
    standing: standingOf({ ...shown, ...desk }),
    isItsTurn: isItsTurn(waitsFor, desk.ahead, held.length),
    me: ctx.actor.id,
    needChoices: needChoices(referral.status, referral.needs),
    open: {
      decide: isUndecided.of(referral.status),
      issue: isAccepted.of(referral.status),
      withdraw: canWithdraw(referral.status),
    },
    waits: {
      waitsFor,
      needsStock: waitsFor.some((need) => need !== 'support'),
      reasons: reasonsFor({ ...needs, held: [], passedOver: null }, stock).map(({ text }) => text),
    },
    held,
    whyNoneHeld: whyNoneHeld(referral.status, needs.open, needs.toFind),
    forms: Object.fromEntries(
      [
        'decline',
        'ask',
        'withdraw',
        'proposals',
        'assign',
        'note',
        'consent',
        'need',
        ...referral.questions.map(({ id }) => `answer-${id}`),
      ].map((prefix) => [prefix, formOf(prefix)]),
    ),
    form: sent,
    timeline: timelineLines(events.items, id),
    next: events.next,
    after: page.after,
  };
}
