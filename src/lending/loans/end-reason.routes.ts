import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes } from '../../shared/routes.ts';
import { correctEndReason } from './end-reason.commands.ts';
import { ItemCorrected, ItemCorrection } from './end-reason.schemas.ts';

/** PATCH /loan-items/{id}: why an item came back. */
export function endReasonRoutes(app: App, deps: Deps): void {
  changes(app, '/loan-items/:id', {
    action: 'loans.return',
    operationId: 'correctLoanItem',
    summary: 'Put right why an item came back, or say it afterwards',
    description: 'If-Match takes the ETag of its loan. Null where nobody said why.',
    tags: ['Loans'],
    params: idParams,
    versioned: true,
    body: ItemCorrection,
    gives: ItemCorrected,
    problems: ['not-found', 'invalid', 'loan-correction-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => correctEndReason(deps, ctx, params.id, body),
    etag: ({ loan, changedAt }) => etagOf(loan.id, changedAt),
  });
}
