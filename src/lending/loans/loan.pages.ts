import Type, { type Static } from 'typebox';
import { may } from '../../access/permissions.ts';
import { getShownPatient } from '../../people/doubt.queries.ts';
import { logAccess, logTrustedLook } from '../../people/look.queries.ts';
import { mayContact } from '../../people/reach.rules.ts';
import { numberToRing } from '../../people/standing.rules.ts';
import { trustedTopicWords } from '../../people/trusted.rules.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { isPastTakingBack } from '../../shared/taking-back.rules.ts';
import { listFile } from '../../web/list-file.ts';
import { timelineLines } from '../../web/timeline.view.ts';
import { attachmentView } from '../attachments/attachment.view.ts';
import { whyNotReplaceable } from '../incidents/replacement.rules.ts';
import { kindsOfReason, nextSteps } from './end-reason.rules.ts';
import { getLoanToExtend } from './extension.queries.ts';
import { extensionRules } from './extension.rules.ts';
import { whyNoGift } from './gift.rules.ts';
import { accessoryWords, outOf } from './issue-kit.rules.ts';
import { countLoans, getLoan, getLoanDetails, type LoanDetails, listLoans } from './loan.queries.ts';
import { loanStatuses } from './loan.rules.ts';
import { type Loan, LoanQuery } from './loan.schemas.ts';
import { isOpenLoan, isOut } from './loan.states.ts';
import { getLoanPaper } from './paper.queries.ts';
import { paperWordsFor } from './paper-words.view.ts';
import { fitsNext, loanStanding, whatIsLent } from './standing.rules.ts';
import { mistakeWords } from './taking-back.rules.ts';

/** /loans: what is out and what came back, one loan, and its agreement on paper. */
export function loanPages(app: App, deps: Deps): void {
  listFile(app, deps, {
    name: 'loans',
    query: LoanQuery,
    list: (query) => listLoans(deps.db, deps.clock, query),
    count: (query) => countLoans(deps.db, deps.clock, query),
    columns: {
      Loan: ({ reference }) => reference,
      Status: ({ status }) => status,
      Borrower: ({ location }) => location?.name ?? 'A patient',
      Issued: ({ issuedOn }) => issuedOn,
      'Due back': ({ dueOn }) => dueOn,
      Overdue: ({ overdue }) => overdue,
      Closed: ({ closedOn }) => closedOn,
      Devices: ({ items }) => items.map(({ assetTag }) => assetTag).join(' '),
    },
    dates: ['Issued', 'Due back', 'Closed'],
  });

  app.get(
    '/loans',
    { config: { action: 'loans.read' }, schema: { querystring: LoanQuery } },
    async (request, reply) => {
      const { status, due, order, sort, after, limit } = request.query;
      // Only open loans are due, and those that are go by their day.
      const filters = {
        ...(due ? { status: 'open' as const, due } : { ...(status && { status }), ...(order && { order }) }),
        ...(sort && { sort }),
      };
      const [list, count] = await Promise.all([
        listLoans(deps.db, deps.clock, { ...filters, after, limit }),
        countLoans(deps.db, deps.clock, filters),
      ]);
      return reply.page('lending/loans/views/list.njk', {
        ...list,
        count,
        filters,
        after,
        query: new URLSearchParams(filters).toString(),
        statuses: loanStatuses,
      });
    },
  );

  const history = { params: idParams, querystring: Type.Object(listQuery) };
  app.get('/loans/:id', { config: { action: 'loans.read' }, schema: history }, async (request, reply) =>
    reply.page('lending/loans/views/loan.njk', await loanView(request.ctx, request.params.id, request.query)),
  );

  app.get(
    '/loans/:id/agreement',
    { config: { action: 'loans.read' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const { loan, paper } = await getLoanPaper(deps, id);
      if (loan.patient) await logAccess(deps, request.ctx, loan.patient.id, 'loan');
      // The words around the agreement are in the language and the format in which it was accepted.
      const { language, easyRead } = paper;
      const needs = easyRead ? ['easy_read'] : [];
      const { words } = await paperWordsFor(deps.db, { language, communicationNeeds: needs });
      return reply.page('lending/loans/views/agreement.njk', { loan, paper: { ...paper, words } });
    },
  );

  async function loanView(ctx: Context, id: string, page: Static<typeof history.querystring>) {
    const loan = await getLoan(deps.db, deps.clock, id);
    const [details, toExtend, events, attachments, patient] = await Promise.all([
      getLoanDetails(deps.db, id),
      getLoanToExtend(deps.db, id, today(deps.clock)),
      timelineOf(deps.db, id, page),
      attachmentView(deps, ctx, { place: 'loan', id }),
      loan.patient && getShownPatient(deps.db, loan.patient.id, today(deps.clock)),
      loan.patient && logAccess(deps, ctx, loan.patient.id, 'loan'),
    ]);
    const trusted = patient && mayContact(patient, today(deps.clock)) ? details.trusted : null;
    if (patient && trusted) await logTrustedLook(deps, ctx, [patient.id], '/loans/:id');
    const mayLate = may(ctx.actor, 'loans.take-back-late');
    const day = today(deps.clock);
    const out = stillOut(loan, details.items);
    const standing = standingOf(loan, out);
    return {
      loan,
      ...details,
      standing: loanStanding(standing, day),
      fits: fitsNext(standing, day),
      what: whatIsLent(
        (out.itemsOut.length ? out.itemsOut : details.items).map(({ device }) => device.kind),
        accessoryWords(loan.accessories),
      ),
      toRing: patient && numberToRing(patient, day),
      mayReplace:
        isOpenLoan.of(loan.status) &&
        may(ctx.actor, 'incidents.report') &&
        details.items.some(
          (item) => !whyNotReplaceable({ ...item, replaced: replacedIn(details.items, item.id) }),
        ),
      attachments,
      returnsToTakeBack: details.items.flatMap(({ id, isJustBack, endedAt }) =>
        isJustBack && endedAt && (mayLate || !isPastTakingBack(endedAt, deps.clock)) ? id : [],
      ),
      because: Object.fromEntries(
        loan.reasons.map(({ itemId, reason, words }) => [
          itemId,
          { text: kindsOfReason[reason].words, words },
        ]),
      ),
      nextSteps: nextSteps(
        isToldOfMore(patient) ? loan.reasons.map(({ reason }) => reason) : [],
        { patientId: loan.patient?.id ?? null, referralId: details.openReferralId },
        (action) => may(ctx.actor, action),
      ),
      mistake: details.mistake && mistakeWords[details.mistake],
      patient,
      extension: extensionRules(toExtend, {
        mayExceed: may(ctx.actor, 'loans.extend-beyond'),
      }),
      // Whether an incident is in the way, the page of the gift says.
      mayGift: !whyNoGift({
        status: loan.status,
        borrower: loan.patient ? 'patient' : 'location',
        out: details.items.filter(({ status }) => isOut.of(status)).length,
        openIncident: null,
      }),
      trusted,
      trustedTopicWords,
      isGifted: details.items.some(({ status }) => status === 'gifted'),
      dataEndsFirst: details.items.filter(
        ({ dataExpiresOn }) => dataExpiresOn && (!loan.dueOn || dataExpiresOn < loan.dueOn),
      ),
      ...out,
      followUpPages: app.hasRoute({ method: 'GET', url: '/follow-ups/:id' }),
      timeline: timelineLines(events.items, id),
      next: events.next,
      after: page.after,
    };
  }
}

/** What of a loan is out, and whether part of it has come back or ended. */
function stillOut(loan: Loan, items: LoanDetails['items']) {
  const itemsOut = items.filter(({ endedOn }) => !endedOn);
  const accessoriesOut = loan.accessories
    .map((one) => ({ ...one, out: outOf(one) }))
    .filter(({ out }) => out > 0);
  const isPartlyBack =
    itemsOut.length < items.length || loan.accessories.some((one) => outOf(one) < one.quantity);
  return { itemsOut, accessoriesOut, isPartlyBack };
}

const replacedIn = (items: LoanDetails['items'], id: string): boolean =>
  items.some(({ replacesItemId }) => replacesItemId === id);

/** What of a loan says how it stands. */
const standingOf = (loan: Loan, { itemsOut, accessoriesOut }: ReturnType<typeof stillOut>) => ({
  ...loan,
  handoverOn: loan.handover.on,
  devicesOut: itemsOut.length,
  accessoriesOut: accessoryWords(accessoriesOut.map(({ kind, out }) => ({ kind, quantity: out }))),
});

/** Whether a next step is offered to someone: not to who has died, asked for no more contact, or was erased. */
const isToldOfMore = (patient: { contactState: string; erasedAt: string | null } | null) =>
  !patient || (!patient.erasedAt && !['deceased', 'withdrawn'].includes(patient.contactState));
