import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes } from '../../shared/routes.ts';
import { correctLoan } from './correction.commands.ts';
import { LoanCorrected, LoanCorrection } from './correction.schemas.ts';

/** PATCH /loans/{id}: what was written down wrong of a loan. */
export function loanCorrectionRoutes(app: App, deps: Deps): void {
  changes(app, '/loans/:id', {
    action: 'loans.issue',
    operationId: 'correctLoan',
    summary: 'Put right what was written down wrong of a loan',
    description:
      'What is left out stays. It is no extension: a date that is put off is an extension. Follow-ups that are counted from the handover move with it, unless they are confirmed or were moved; `warnings` names those.',
    tags: ['Loans'],
    params: idParams,
    versioned: true,
    body: LoanCorrection,
    gives: LoanCorrected,
    problems: ['not-found', 'invalid', 'loan-correction-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => correctLoan(deps, ctx, params.id, body),
    etag: (loan) => etagOf(loan.id, loan.changedAt),
  });
}
