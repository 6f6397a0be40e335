import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { creates } from '../../shared/routes.ts';
import { swapDevice } from './swap.commands.ts';
import { NewSwap, Swapped } from './swap.schemas.ts';

/** /loans/{id}/swaps: the wrong device was given out. */
export function swapRoutes(app: App, deps: Deps): void {
  creates(app, '/loans/:id/swaps', {
    action: 'loans.issue',
    operationId: 'swapDevice',
    summary: 'Exchange the device of an item for the one that really went, while nothing has followed for it',
    description:
      'The first device is what it was before the issue, the second is on loan since the handover. Exchanged for the same already, it answers the same again.',
    tags: ['Loans'],
    params: idParams,
    body: NewSwap,
    gives: Swapped,
    problems: ['not-found', 'invalid', 'swap-refused', 'device-not-available', 'conflict'],
    call: ({ ctx, params, body }) => swapDevice(deps, ctx, params.id, body),
  });
}
