import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes, creates, reads } from '../../shared/routes.ts';
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
  reads(app, '/loan-terms', {
    ...read,
    operationId: 'listLoanTerms',
    summary: 'The terms of each kind of loan',
    tags,
    gives: LoanTermsList,
    call: async () => ({ items: await listTerms(deps.db) }),
  });

  reads(app, '/loan-terms/:id', {
    ...read,
    operationId: 'getLoanTerms',
    summary: 'The terms of one kind of loan',
    tags,
    params: idParams,
    gives: LoanTerms,
    problems: ['not-found'],
    call: ({ params }) => getTerms(deps.db, params.id),
    etag: (terms) => etagOf(terms.id, terms.changedAt),
  });

  creates(app, '/loan-terms', {
    ...change,
    operationId: 'addLoanTerms',
    summary: 'Add terms of a kind of loan',
    tags,
    body: NewTerms,
    gives: LoanTerms,
    problems: ['invalid', 'name-in-use'],
    call: ({ ctx, body }) => addTerms(deps, ctx, body),
    etag: (terms) => etagOf(terms.id, terms.changedAt),
    location: (terms) => `/loan-terms/${terms.id}`,
  });

  changes(app, '/loan-terms/:id', {
    ...change,
    operationId: 'changeLoanTerms',
    summary: 'Change terms, make them the default, or offer them no longer',
    tags,
    params: idParams,
    versioned: true,
    body: TermsChange,
    gives: LoanTerms,
    problems: ['not-found', 'invalid', 'name-in-use'],
    call: ({ ctx, params, body }) => changeTerms(deps, ctx, params.id, body),
    etag: (terms) => etagOf(terms.id, terms.changedAt),
  });

  reads(app, '/agreement-versions', {
    ...read,
    operationId: 'listAgreementVersions',
    summary: 'Every version of the agreement, the one in use first',
    tags,
    gives: AgreementVersionList,
    call: async () => ({ items: await listAgreementVersions(deps.db) }),
  });

  creates(app, '/agreement-versions', {
    ...change,
    operationId: 'addAgreementVersion',
    summary: 'Write a new version of the agreement, in use from then on',
    tags,
    body: NewAgreementVersion,
    gives: AgreementVersion,
    problems: ['invalid', 'changed-meanwhile'],
    call: ({ ctx, body }) => addAgreementVersion(deps, ctx, body),
  });

  reads(app, '/lending-policy', {
    ...read,
    operationId: 'getLendingPolicy',
    summary: 'What the scheme decided about replacements and allocations',
    tags,
    gives: LendingPolicy,
    call: () => getPolicy(deps.db),
    etag: (policy) => policyTag(policy),
  });

  changes(app, '/lending-policy', {
    ...change,
    operationId: 'changeLendingPolicy',
    summary: 'Change what the scheme decided about replacements and allocations',
    tags,
    versioned: true,
    body: PolicyChange,
    gives: LendingPolicy,
    problems: ['invalid'],
    call: ({ ctx, body }) => changePolicy(deps, ctx, body),
    etag: (policy) => policyTag(policy),
  });
}
