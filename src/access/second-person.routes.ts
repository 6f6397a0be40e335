import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { creates, reads } from '../shared/routes.ts';
import { may } from './permissions.ts';
import { decideWish } from './second-person.commands.ts';
import { listWishes } from './second-person.queries.ts';
import { secondPersonKindNames, secondPersonKinds } from './second-person.rules.ts';
import { SecondPersonDecision, SecondPersonList } from './second-person.schemas.ts';

const tags = ['Staff'];

/** /second-person: what someone wants to do that another has to agree to. */
export function secondPersonRoutes(app: App, deps: Deps): void {
  reads(app, '/second-person', {
    action: 'second-person.decide',
    operationId: 'listSecondPersonWishes',
    summary: 'What waits for a second person to agree, and what was agreed to and not done yet',
    tags,
    gives: SecondPersonList,
    async call({ ctx }) {
      const kinds = secondPersonKindNames.filter((kind) => may(ctx.actor, secondPersonKinds[kind].by));
      return { items: await listWishes(deps, kinds) };
    },
  });

  creates(app, '/second-person/:id/decisions', {
    action: 'second-person.decide',
    operationId: 'decideSecondPersonWish',
    summary: 'Agree to what someone else wants to do, or refuse it',
    description: 'Whoever asked then does it again, once, within a day.',
    tags,
    params: idParams,
    body: SecondPersonDecision,
    gives: Type.Object({ id: Type.String(), agreed: Type.Boolean() }),
    problems: ['not-found', 'invalid', 'conflict'],
    async call({ ctx, params: { id }, body }) {
      await decideWish(deps, ctx, id, body);
      return { id, agreed: body.agreed };
    },
  });
}
