import Type from 'typebox';
import { logAccess } from '../../people/look.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { creates, lists, reads } from '../../shared/routes.ts';
import { issueLoan } from './issue.commands.ts';
import { getLoan, listLoans } from './loan.queries.ts';
import {
  Loan,
  LoanHistory,
  LoanIssued,
  LoanList,
  LoanQuery,
  LoanStatusNow,
  NewLoan,
  NewMissingAccessories,
  NewReturn,
  NewReturns,
  Returned,
  ReturnsDone,
  ReturnsQuery,
} from './loan.schemas.ts';
import { writeOffAccessories } from './loan-accessory.commands.ts';
import { returnDevices, returnItems } from './return.commands.ts';

const tags = ['Loans'];

/** /loans: issuing, what is out, and taking back. */
export function loanRoutes(app: App, deps: Deps): void {
  creates(app, '/loans', {
    action: 'loans.issue',
    operationId: 'issueLoan',
    summary: 'Issue devices on one loan, all or none',
    tags,
    body: NewLoan,
    gives: LoanIssued,
    problems: [
      'invalid',
      'device-not-available',
      'referral-not-waiting',
      'kit-incomplete',
      'accessories-short',
    ],
    call: ({ ctx, body }) => issueLoan(deps, ctx, body),
    location: (loan) => `/loans/${loan.id}`,
  });

  lists(app, '/loans', {
    action: 'loans.read',
    operationId: 'listLoans',
    summary: 'Loans, newest first',
    tags,
    querystring: LoanQuery,
    gives: LoanList,
    call: ({ query }) => listLoans(deps.db, deps.clock, query),
  });

  reads(app, '/loans/:id', {
    action: 'loans.read',
    operationId: 'getLoan',
    summary: 'One loan; the look is logged',
    tags,
    params: idParams,
    gives: Loan,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const loan = await getLoan(deps.db, deps.clock, params.id);
      if (loan.patient) await logAccess(deps, ctx, loan.patient.id, 'loan');
      return loan;
    },
    etag: (loan) => etagOf(loan.id, loan.changedAt),
  });

  lists(app, '/loans/:id/history', {
    action: 'loans.read',
    operationId: 'getLoanHistory',
    summary: 'What happened on a loan, newest first',
    tags,
    params: idParams,
    querystring: Type.Object(listQuery, { additionalProperties: false }),
    gives: LoanHistory,
    problems: ['not-found'],
    async call({ params, query }) {
      const { id } = await getLoan(deps.db, deps.clock, params.id);
      return timelineOf(deps.db, id, query);
    },
  });

  creates(app, '/returns', {
    action: 'loans.return',
    operationId: 'returnDevices',
    summary: 'Take back many devices by their labels, of whatever loans, with a verdict per line',
    tags,
    querystring: ReturnsQuery,
    body: NewReturns,
    gives: ReturnsDone,
    problems: ['invalid', 'return-refused'],
    call: ({ ctx, query, body }) => returnDevices(deps, ctx, body, query.partial),
  });

  creates(app, '/loans/:id/returns', {
    action: 'loans.return',
    operationId: 'returnItems',
    summary: 'Take items and accessories back; the loan closes when nothing is missing',
    tags,
    params: idParams,
    body: NewReturn,
    gives: Returned,
    problems: ['not-found', 'invalid', 'loan-closed', 'item-already-ended'],
    call: ({ ctx, params, body }) => returnItems(deps, ctx, params.id, body),
  });

  creates(app, '/loans/:id/missing-accessories', {
    action: 'loans.return',
    operationId: 'writeOffAccessories',
    summary: 'Record accessories that will not come back; the loan closes when nothing else is out',
    tags,
    params: idParams,
    body: NewMissingAccessories,
    gives: LoanStatusNow,
    problems: ['not-found', 'invalid', 'loan-closed', 'item-already-ended'],
    call: ({ ctx, params, body }) => writeOffAccessories(deps, ctx, params.id, body),
  });
}
