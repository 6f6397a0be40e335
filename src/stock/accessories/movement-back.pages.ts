import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { takeBackPage } from '../../web/take-back.ts';
import { movementTexts } from './accessory.rules.ts';
import { takeBackMovement } from './movement-back.commands.ts';
import { getMovementLines } from './movement-back.queries.ts';

/** /accessory-movements/:id/takings-back: a line of the log that was a mistake. */
export function movementBackPages(app: App, deps: Deps): void {
  takeBackPage(app, '/accessory-movements/:id/takings-back', {
    action: 'accessories.count',
    async show({ params }) {
      const lines = await getMovementLines(deps.db, params.id, today(deps.clock));
      const { accessory, accessoryId, kind } = lines[0]!;
      const changes = lines.map(
        ({ place, change }) => `${change > 0 ? '+' : '−'}${Math.abs(change)} at ${place}`,
      );
      return {
        what: `“${movementTexts[kind]}”`,
        caption: accessory,
        text: `It changed the stock by ${changes.join(' and ')}. The same goes back.`,
        back: { href: `/accessories/${accessoryId}`, text: accessory },
      };
    },
    async take(given, { ctx, params }) {
      const { accessory } = await takeBackMovement(deps, ctx, params.id, given);
      return { href: `/accessories/${accessory.id}`, text: `Taken back. Now ${accessory.total} in all.` };
    },
  });
}
