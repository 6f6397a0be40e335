import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams, ifMatch, problemReplies } from '../../shared/http.ts';
import { addAgreementVersion } from './agreement.commands.ts';
import { listAgreementVersions } from './agreement.queries.ts';
import { AgreementVersion, AgreementVersionList, NewAgreementVersion } from './agreement.schemas.ts';
import { changePolicy } from './policy.commands.ts';
import { getPolicy, policyTag } from './policy.queries.ts';
import { LendingPolicy, PolicyChange } from './policy.schemas.ts';
import { addTerms, changeTerms } from './terms.commands.ts';
import { getTerms, listTerms } from './terms.queries.ts';
import { LoanTerms, LoanTermsList, NewTerms, TermsChange } from './terms.schemas.ts';

const tags = ['Settings of lending'];
const read = { action: 'settings.read' } as const;
const change = { action: 'settings.change' } as const;

/** /loan-terms, /agreement-versions and /lending-policy: what the scheme lends by. */
export function lendingRoutes(app: App, deps: Deps): void {
  app.get(
    '/loan-terms',
    {
      config: read,
      schema: {
        operationId: 'listLoanTerms',
        summary: 'The terms of each kind of loan',
        tags,
        response: { 200: LoanTermsList },
      },
    },
    async () => ({ items: await listTerms(deps.db) }),
  );

  app.get(
    '/loan-terms/:id',
    {
      config: read,
      schema: {
        operationId: 'getLoanTerms',
        summary: 'The terms of one kind of loan',
        tags,
        params: idParams,
        response: { 200: LoanTerms, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const terms = await getTerms(deps.db, request.params.id);
      return reply.header('etag', etagOf(terms.id, terms.changedAt)).send(terms);
    },
  );

  app.post(
    '/loan-terms',
    {
      config: change,
      schema: {
        operationId: 'addLoanTerms',
        summary: 'Add terms of a kind of loan',
        tags,
        body: NewTerms,
        response: { 201: LoanTerms, ...problemReplies('invalid', 'name-in-use') },
      },
    },
    async (request, reply) => {
      const terms = await addTerms(deps, request.ctx, request.body);
      return reply
        .code(201)
        .header('location', `/api/v1/loan-terms/${terms.id}`)
        .header('etag', etagOf(terms.id, terms.changedAt))
        .send(terms);
    },
  );

  app.patch(
    '/loan-terms/:id',
    {
      config: change,
      schema: {
        operationId: 'changeLoanTerms',
        summary: 'Change terms, make them the default, or offer them no longer',
        tags,
        params: idParams,
        headers: ifMatch,
        body: TermsChange,
        response: {
          200: LoanTerms,
          ...problemReplies('not-found', 'invalid', 'name-in-use', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const terms = await changeTerms(
        deps,
        request.ctx,
        request.params.id,
        request.body,
        request.headers['if-match'],
      );
      return reply.header('etag', etagOf(terms.id, terms.changedAt)).send(terms);
    },
  );

  app.get(
    '/agreement-versions',
    {
      config: read,
      schema: {
        operationId: 'listAgreementVersions',
        summary: 'Every version of the agreement, the one in use first',
        tags,
        response: { 200: AgreementVersionList },
      },
    },
    async () => ({ items: await listAgreementVersions(deps.db) }),
  );

  app.post(
    '/agreement-versions',
    {
      config: change,
      schema: {
        operationId: 'addAgreementVersion',
        summary: 'Write a new version of the agreement, in use from then on',
        tags,
        body: NewAgreementVersion,
        response: { 201: AgreementVersion, ...problemReplies('invalid', 'changed-meanwhile') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await addAgreementVersion(deps, request.ctx, request.body)),
  );

  app.get(
    '/lending-policy',
    {
      config: read,
      schema: {
        operationId: 'getLendingPolicy',
        summary: 'What the scheme decided about replacements and allocations',
        tags,
        response: { 200: LendingPolicy },
      },
    },
    async (_request, reply) => {
      const policy = await getPolicy(deps.db);
      return reply.header('etag', policyTag(policy)).send(policy);
    },
  );

  app.patch(
    '/lending-policy',
    {
      config: change,
      schema: {
        operationId: 'changeLendingPolicy',
        summary: 'Change what the scheme decided about replacements and allocations',
        tags,
        headers: ifMatch,
        body: PolicyChange,
        response: {
          200: LendingPolicy,
          ...problemReplies('invalid', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const policy = await changePolicy(deps, request.ctx, request.body, request.headers['if-match']);
      return reply.header('etag', policyTag(policy)).send(policy);
    },
  );
}
