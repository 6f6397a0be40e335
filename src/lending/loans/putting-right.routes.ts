import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { loanCorrectionRoutes } from './correction.routes.ts';
import { endReasonRoutes } from './end-reason.routes.ts';
import { swapRoutes } from './swap.routes.ts';
import { takingBackRoutes } from './taking-back.routes.ts';

/** What was recorded wrong of a loan in the API: its words, why something came back, a device of it, or the whole issue. */
export function puttingRightRoutes(app: App, deps: Deps): void {
  loanCorrectionRoutes(app, deps);
  endReasonRoutes(app, deps);
  swapRoutes(app, deps);
  takingBackRoutes(app, deps);
}
