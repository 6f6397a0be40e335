import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { date } from '../../shared/formats.ts';
import { type App, idParams } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { storiesToTell } from '../../support/stories/stories-to-tell.queries.ts';
import { newForm } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { makePaper, takePaper } from './paper.commands.ts';
import { getPaper, listPapers, type Paper } from './paper.queries.ts';
import { paperYears } from './paper.rules.ts';
import { paperView, toldAs } from './paper.view.ts';

/** /reports/paper and /reports/papers: one paper for whoever pays, by year, as a page and as a file. */
export function paperPages(app: App, deps: Deps): void {
  const read = { config: { action: 'reports.read' }, schema: { params: idParams } } as const;

  formPage(app, '/reports/paper', {
    reads: 'reports.read',
    action: 'papers.make',
    view: 'office/reports/views/papers.njk',
    async show(sent) {
      const years = paperYears(today(deps.clock)).slice(0, 4);
      const choices = years.map(([{ from }, { to }]) => ({
        value: to,
        text: `${date(from)} to ${date(to)}`,
      }));
      // The latest year is what is asked for, unless another is chosen.
      const form = sent ?? newForm(choices[0] ? { to: choices[0].value } : {});
      return { form, choices, papers: await listPapers(deps.db) };
    },
    async take({ to }, { ctx }) {
      if (!to) throw invalid({ pointer: '/to', message: 'Choose the year that it is of.' });
      const { id } = await makePaper(deps, ctx, String(to));
      return { href: `/reports/papers/${id}` };
    },
  });

  /** The stories of the year whose people agree that papers have them, as it is today; none is kept with a paper. */
  async function toldIn({ from, to }: Paper) {
    const stories = await storiesToTell(deps.db, 'papers', today(deps.clock), { from, to });
    return stories.map(toldAs);
  }

  app.get('/reports/papers/:id', read, async (request, reply) => {
    const paper = await getPaper(deps.db, request.params.id);
    return reply.page('office/reports/views/paper.njk', {
      id: paper.id,
      paper: await paperView(paper, await toldIn(paper)),
    });
  });

  app.get('/reports/papers/:id.html', read, async (request, reply) => {
    const found = await takePaper(deps, request.ctx, request.params.id);
    const paper = await paperView(found, await toldIn(found));
    const html = await reply.viewAsync('office/reports/views/paper-file.njk', { paper });
    const name = `paper-${found.from}-${found.to}-made-${found.madeOn}.html`;
    return reply
      .header('content-disposition', `attachment; filename="${name}"`)
      .header('etag', `"${paper.digest.slice(0, 22)}"`)
      .type('text/html; charset=utf-8')
      .send(html);
  });
}
