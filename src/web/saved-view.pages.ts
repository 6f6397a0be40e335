import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { fields } from './forms.ts';
import { viewQuery } from './lists-shown.ts';
import { forgetView, keepView } from './saved-view.commands.ts';
import { listOfView, listViews } from './saved-view.queries.ts';
import { listPath, NewView } from './saved-view.schemas.ts';
import { formPage, submit } from './submit.ts';

const words = {
  name: 'Enter a name of up to 40 letters, such as: Late at my hub',
  query: 'Choose a filter first',
};
const own = { action: 'session.own' } as const;
const ofList = Type.Object({ list: { ...listPath, default: '/loans' } }, { additionalProperties: true });

/** /views: the views of a list that someone keeps for themselves. */
export function savedViewPages(app: App, deps: Deps): void {
  const known = (list: string) => {
    if (!app.hasRoute({ method: 'GET', url: list })) throw new Problem('not-found');
    return list;
  };

  app.get('/views', { config: own, schema: { querystring: ofList } }, async ({ ctx, query }, reply) => {
    const list = known(query.list);
    return reply.page('web/views/saved-views.njk', {
      list,
      saved: await listViews(deps.db, ctx.actor.id!, list),
    });
  });

  formPage(app, '/views/new', {
    ...own,
    querystring: ofList,
    view: 'web/views/new-view.njk',
    show: (_form, { query: { list, ...rest } }) => ({ list: known(list), query: viewQuery(rest) }),
    async take(typed, { ctx, query }) {
      const list = known(query.list);
      const view = fields(NewView, { ...typed, list, name: String(typed.name ?? '').trim() }, words);
      await keepView(deps, ctx, { ...view, query: viewQuery(new URLSearchParams(view.query)) });
      return { href: `${list}?${view.query}`, text: 'The view is kept. It stands above the list.' };
    },
  });

  submit(app, '/views/:id/forget', {
    ...own,
    params: idParams,
    async take(_typed, { ctx, params: { id } }) {
      const list = await listOfView(deps.db, ctx.actor.id!, id);
      await forgetView(deps, ctx, id);
      return { href: list ? `/views?list=${encodeURIComponent(list)}` : '/', text: 'The view is forgotten.' };
    },
  });
}
