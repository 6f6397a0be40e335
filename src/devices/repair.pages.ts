import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
export function repairPages(_app: App, _deps: Deps): void {}
