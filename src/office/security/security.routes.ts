import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { lists } from '../../shared/routes.ts';
import { listSecurityEvents } from './security.queries.ts';
import { SecurityEvents, SecurityQuery } from './security.schemas.ts';

/** GET /security-events: who came in or was refused, and from where. */
export function securityRoutes(app: App, deps: Deps): void {
  lists(app, '/security-events', {
    action: 'security.read',
    operationId: 'listSecurityEvents',
    summary: 'The security log, newest first',
    tags: ['Audit'],
    querystring: SecurityQuery,
    gives: SecurityEvents,
    problems: ['bad-query'],
    call: ({ query }) => listSecurityEvents(deps.db, query),
  });
}
