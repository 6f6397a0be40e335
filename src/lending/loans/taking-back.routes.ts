import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { creates } from '../../shared/routes.ts';
import { takeBackIssue } from './taking-back.commands.ts';
import { IssueTakenBack, NewLoanCancellation } from './taking-back.schemas.ts';

/** /loans/{id}/takings-back: an issue that was recorded by mistake. */
export function takingBackRoutes(app: App, deps: Deps): void {
  creates(app, '/loans/:id/takings-back', {
    action: 'loans.issue',
    operationId: 'takeBackIssue',
    summary: 'Take back an issue that was recorded by mistake, while nothing has followed from it',
    tags: ['Loans'],
    params: idParams,
    body: NewLoanCancellation,
    gives: IssueTakenBack,
    problems: ['not-found', 'invalid', 'taking-back-refused', 'conflict'],
    call: ({ ctx, params, body }) => takeBackIssue(deps, ctx, params.id, body),
  });
}
