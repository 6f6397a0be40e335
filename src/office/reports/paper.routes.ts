import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { creates, reads } from '../../shared/routes.ts';
import { makePaper } from './paper.commands.ts';
import { getPaper, listPapers } from './paper.queries.ts';
import { NewPaper, PaperList, PaperRead } from './paper.schemas.ts';
import { paperRead } from './paper.view.ts';

const tags = ['Reports'];

/** /papers: one paper for whoever pays, by year, without the stories of people, who agree to the page and its file. */
export function paperRoutes(app: App, deps: Deps): void {
  reads(app, '/papers', {
    action: 'reports.read',
    operationId: 'listPapers',
    summary: 'The latest 30 papers for whoever pays, the last made first',
    tags,
    gives: PaperList,
    call: async () => ({ items: await listPapers(deps.db) }),
  });

  reads(app, '/papers/:id', {
    action: 'reports.read',
    operationId: 'getPaper',
    summary: 'One paper: what it says, and the reports that its numbers are from',
    tags,
    params: idParams,
    gives: PaperRead,
    problems: ['not-found'],
    call: async ({ params }) => paperRead(await getPaper(deps.db, params.id)),
  });

  creates(app, '/papers', {
    action: 'papers.make',
    operationId: 'makePaper',
    summary: 'Make the paper of a year, or get the one that was made of it today',
    tags,
    body: NewPaper,
    gives: PaperRead,
    problems: ['invalid'],
    async call({ ctx, body }) {
      const { id } = await makePaper(deps, ctx, body.to);
      return paperRead(await getPaper(deps.db, id));
    },
    location: ({ id }) => `/papers/${id}`,
  });
}
