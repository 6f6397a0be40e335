import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
export function movePages(_app: App, _deps: Deps): void {}
