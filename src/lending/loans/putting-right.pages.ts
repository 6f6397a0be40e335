import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { loanCorrectionPages } from './correction.pages.ts';
import { endReasonPages } from './end-reason.pages.ts';
import { swapPages } from './swap.pages.ts';
import { takingBackPages } from './taking-back.pages.ts';

/** The pages on which what was recorded wrong of a loan is put right: its words, why something came back, a device of it, or the whole issue. */
export function puttingRightPages(app: App, deps: Deps): void {
  loanCorrectionPages(app, deps);
  endReasonPages(app, deps);
  swapPages(app, deps);
  takingBackPages(app, deps);
}
