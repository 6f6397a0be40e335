import { securityKind, securityKindNames } from '../../access/security-log.rules.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { submit } from '../../web/submit.ts';
import { signHead } from '../log-proof/head.commands.ts';
import { getLogProof, mostCounted } from '../log-proof/log-proof.queries.ts';
import { listSecurityEvents } from './security.queries.ts';
import { SecurityQuery } from './security.schemas.ts';

const view = 'office/security/views/security.njk';
/** What the ways by which an end of the log leaves the house are called. */
const ways = { stamp: 'the time stamp', file: 'the file', email: 'the email' };

/** /settings/security: the security log, for whoever looks after the scheme's accounts, and how far the log is proved. */
export function securityPages(app: App, deps: Deps): void {
  app.get(
    '/settings/security',
    { config: { action: 'security.read' }, schema: { querystring: SecurityQuery } },
    async (request, reply) => {
      const { after, limit: _limit, alarm, ...rest } = request.query;
      const filters = { ...rest, ...(alarm && { alarm: 'true' }) };
      const { items, next } = await listSecurityEvents(deps.db, request.query);
      return reply.page(view, {
        ...(await proofView()),
        items,
        next,
        after,
        filters,
        query: new URLSearchParams(filters).toString(),
        kinds: securityKindNames.map((value) => ({ value, text: securityKind(value).line(null) })),
      });
    },
  );

  submit(app, '/settings/security/heads', {
    action: 'log.sign',
    async take() {
      const done = await signHead(deps);
      const failed = done?.failed.map((way) => ways[way]) ?? [];
      return {
        href: '/settings/security',
        text: done
          ? `The end of the log is ${done.head.signature ? 'signed' : 'kept, without a signature'}.${failed.length ? ` This failed: ${failed.join(', ')}. The log of the server says why.` : ''}`
          : 'Nothing is logged yet.',
      };
    },
  });

  async function proofView() {
    const { waiting, ...proof } = await getLogProof(deps.db);
    return {
      proof: { ...proof, waiting: waiting < mostCounted ? String(waiting) : `${mostCounted} or more` },
      hasKey: deps.config.LOG_SIGNING_KEY !== '',
    };
  }
}
