import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { submit } from '../web/submit.ts';
import { may } from './permissions.ts';
import { decideWish } from './second-person.commands.ts';
import { listWishes } from './second-person.queries.ts';
import { secondPersonKindNames, secondPersonKinds } from './second-person.rules.ts';

/** /settings/second-person: what someone wants to do that another has to agree to. */
export function secondPersonPages(app: App, deps: Deps): void {
  const decide = { action: 'second-person.decide' } as const;

  app.get('/settings/second-person', { config: decide }, async ({ ctx }, reply) => {
    const kinds = secondPersonKindNames.filter((kind) => may(ctx.actor, secondPersonKinds[kind].by));
    const wishes = await listWishes(deps, kinds);
    const me = ctx.actor.id;
    return reply.page('access/views/second-person.njk', {
      wishes: wishes.map((wish) => ({
        ...wish,
        line: secondPersonKinds[wish.kind].line(wish.about),
        mayDecide: !wish.agreedBy && wish.askedBy.id !== me && wish.subjectId !== me,
      })),
    });
  });

  for (const [path, agreed, text] of [
    ['agreements', true, 'You agreed. Whoever asked can do it now, once, within a day.'],
    ['refusals', false, 'You refused. It is not done.'],
  ] as const)
    submit(app, `/settings/second-person/:id/${path}`, {
      ...decide,
      params: idParams,
      async take(_typed, { ctx, params }) {
        await decideWish(deps, ctx, params.id, { agreed });
        return { href: '/settings/second-person', text };
      },
    });
}
