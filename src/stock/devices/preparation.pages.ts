import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { benchPages } from './bench.pages.ts';
import { certificatePages } from './certificate.pages.ts';
import { checkBackPages } from './check-back.pages.ts';
import { requiredCheckPages } from './required-check.pages.ts';

/** The pages on which devices are prepared: the bench, the certificates, checks taken back, and which a kind needs. */
export function preparationPages(app: App, deps: Deps): void {
  benchPages(app, deps);
  certificatePages(app, deps);
  checkBackPages(app, deps);
  requiredCheckPages(app, deps);
}
