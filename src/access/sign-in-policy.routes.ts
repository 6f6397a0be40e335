import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { changes, reads } from '../shared/routes.ts';
import { changeSignInPolicy } from './sign-in-policy.commands.ts';
import { getSignInPolicy, signInPolicyTag } from './sign-in-policy.queries.ts';
import { SignInPolicy, SignInPolicyChange } from './sign-in-policy.schemas.ts';

const tags = ['Staff'];

/** /sign-in-policy: whose password alone is not enough. */
export function signInPolicyRoutes(app: App, deps: Deps): void {
  reads(app, '/sign-in-policy', {
    action: 'settings.read',
    operationId: 'getSignInPolicy',
    summary: 'Which roles must show a second step when they sign in',
    tags,
    gives: SignInPolicy,
    call: () => getSignInPolicy(deps.db),
    etag: signInPolicyTag,
  });

  changes(app, '/sign-in-policy', {
    action: 'sign-in-policy.change',
    operationId: 'changeSignInPolicy',
    summary: 'Say which roles must show a second step',
    description: 'Who has none yet sets one up when they next sign in; nothing else opens before.',
    tags,
    versioned: true,
    body: SignInPolicyChange,
    gives: SignInPolicy,
    problems: ['invalid'],
    call: ({ ctx, body }) => changeSignInPolicy(deps, ctx, body),
    etag: signInPolicyTag,
  });
}
