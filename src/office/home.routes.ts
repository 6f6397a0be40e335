import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, problemReplies } from '../shared/http.ts';
import { reads } from '../shared/routes.ts';
import { worklist } from './home.queries.ts';
import { runSearch } from './search.commands.ts';
import { Found, NewSearch, Worklist } from './search.schemas.ts';

const tags = ['Today'];

/** /worklist: what needs doing. /searches: finding a thing or a person; by POST, so that no name gets into an address. */
export function homeRoutes(app: App, deps: Deps): void {
  reads(app, '/worklist', {
    action: 'today.read',
    operationId: 'getWorklist',
    summary: 'What needs doing today, counted by kind',
    tags,
    gives: Worklist,
    async call() {
      const date = today(deps.clock);
      return { date, items: await worklist(deps.db, date) };
    },
  });

  app.post(
    '/searches',
    {
      config: { action: 'searches.run' },
      schema: {
        operationId: 'runSearch',
        summary: 'Find devices, loans, referrals, donations and patients; that someone searched is logged',
        tags,
        body: NewSearch,
        response: { 200: Found, ...problemReplies('invalid') },
      },
    },
    (request) => runSearch(deps, request.ctx, request.body.text),
  );
}
