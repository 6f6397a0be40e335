import Type from 'typebox';
import { logAccess } from '../../people/patient.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams, problemReplies, sendPage } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
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
  app.post(
    '/loans',
    {
      config: { action: 'loans.issue' },
      schema: {
        operationId: 'issueLoan',
        summary: 'Issue devices on one loan, all or none',
        tags,
        body: NewLoan,
        response: {
          201: LoanIssued,
          ...problemReplies(
            'invalid',
            'device-not-available',
            'referral-not-waiting',
            'kit-incomplete',
            'accessories-short',
          ),
        },
      },
    },
    async (request, reply) => {
      const loan = await issueLoan(deps, request.ctx, request.body);
      return reply.code(201).header('location', `/api/v1/loans/${loan.id}`).send(loan);
    },
  );

  app.get(
    '/loans',
    {
      config: { action: 'loans.read' },
      schema: {
        operationId: 'listLoans',
        summary: 'Loans, newest first',
        tags,
        querystring: LoanQuery,
        response: { 200: LoanList },
      },
    },
    (request, reply) => sendPage(request, reply, listLoans(deps.db, deps.clock, request.query)),
  );

  app.get(
    '/loans/:id',
    {
      config: { action: 'loans.read' },
      schema: {
        operationId: 'getLoan',
        summary: 'One loan; the look is logged',
        tags,
        params: idParams,
        response: { 200: Loan, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const loan = await getLoan(deps.db, deps.clock, request.params.id);
      if (loan.patient) await logAccess(deps, request.ctx, loan.patient.id, 'loan');
      return loan;
    },
  );

  app.get(
    '/loans/:id/history',
    {
      config: { action: 'loans.read' },
      schema: {
        operationId: 'getLoanHistory',
        summary: 'What happened on a loan, newest first',
        tags,
        params: idParams,
        querystring: Type.Object(listQuery, { additionalProperties: false }),
        response: { 200: LoanHistory, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const { id } = await getLoan(deps.db, deps.clock, request.params.id);
      return sendPage(request, reply, timelineOf(deps.db, id, request.query));
    },
  );

  app.post(
    '/returns',
    {
      config: { action: 'loans.return' },
      schema: {
        operationId: 'returnDevices',
        summary: 'Take back many devices by their labels, of whatever loans, with a verdict per line',
        tags,
        querystring: ReturnsQuery,
        body: NewReturns,
        response: { 201: ReturnsDone, ...problemReplies('invalid', 'return-refused') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await returnDevices(deps, request.ctx, request.body, request.query.partial)),
  );

  app.post(
    '/loans/:id/returns',
    {
      config: { action: 'loans.return' },
      schema: {
        operationId: 'returnItems',
        summary: 'Take items and accessories back; the loan closes when nothing is missing',
        tags,
        params: idParams,
        body: NewReturn,
        response: {
          201: Returned,
          ...problemReplies('not-found', 'invalid', 'loan-closed', 'item-already-ended'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await returnItems(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/loans/:id/missing-accessories',
    {
      config: { action: 'loans.return' },
      schema: {
        operationId: 'writeOffAccessories',
        summary: 'Record accessories that will not come back; the loan closes when nothing else is out',
        tags,
        params: idParams,
        body: NewMissingAccessories,
        response: {
          201: LoanStatusNow,
          ...problemReplies('not-found', 'invalid', 'loan-closed', 'item-already-ended'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await writeOffAccessories(deps, request.ctx, request.params.id, request.body)),
  );
}
