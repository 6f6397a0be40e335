import { listLocations } from '../../scheme/organisations/organisation.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import { type App, strictObject } from '../../shared/http.ts';
import { fields } from '../../web/forms.ts';
import { bulkPage } from './bulk.pages.ts';
import { moveDevices } from './move.commands.ts';
import { NewMoves } from './move.schemas.ts';
import { stockFormWords } from './stock.pages.ts';
import { moveRefusal } from './stock.rules.ts';

const Place = strictObject({ locationId: NewMoves.properties.locationId });

/** /devices/move: scans go into a list, and all of it to one place. */
export function movePages(app: App, deps: Deps): void {
  bulkPage(app, deps, {
    url: '/devices/move',
    action: 'devices.move',
    view: 'stock/devices/views/move.njk',
    takeOut: 'Take out what cannot be moved',
    start: () => ({}),
    judge: async (_ctx, devices) =>
      devices.map((device) => {
        const refusal = moveRefusal(device);
        return { ok: refusal === null, text: refusal ?? '' };
      }),
    data: async () => ({
      places: (await listLocations(deps.db)).map(({ id, name }) => ({ value: id, text: name })),
    }),
    async confirm(ctx, items, typed) {
      const { locationId } = fields(Place, { locationId: typed.locationId ?? '' }, stockFormWords);
      const { location, lines } = await moveDevices(deps, ctx, { items, locationId });
      const moved = lines.filter(({ verdict }) => verdict === 'done').length;
      const rest = lines.length - moved;
      return {
        text: `${count(moved, 'device')} moved to ${location.name}.${rest ? ` ${count(rest, 'device')} stood there already.` : ''}`,
        link: { href: '/devices/move', text: 'Move more' },
      };
    },
  });
}
