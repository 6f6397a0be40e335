import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { creates } from '../../shared/routes.ts';
import { TakingBack } from '../../shared/taking-back.ts';
import { takeBackReturn } from './return-back.commands.ts';
import { ReturnTakenBack } from './return-back.schemas.ts';
import { takeBackIssue } from './taking-back.commands.ts';
import { IssueTakenBack, NewLoanCancellation } from './taking-back.schemas.ts';

/** /loans/{id}/takings-back and /loan-items/{id}/takings-back: an issue, or the return of an item, that was recorded by mistake. */
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

  creates(app, '/loan-items/:id/takings-back', {
    action: 'loans.return',
    operationId: 'takeBackReturn',
    summary:
      'Take back the return of an item that was recorded by mistake, while nothing has followed from it',
    tags: ['Loans'],
    params: idParams,
    body: TakingBack,
    gives: ReturnTakenBack,
    problems: ['not-found', 'invalid', 'taking-back-refused', 'accessories-short', 'conflict'],
    call: ({ ctx, params, body }) => takeBackReturn(deps, ctx, params.id, body),
  });
}
