import Type, { type Static } from 'typebox';
import { listLocations } from '../../scheme/organisations/organisation.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { oneOf } from '../../shared/schemas.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { listFile } from '../../web/list-file.ts';
import { addAccessory, changeAccessory, recordMovement } from './accessory.commands.ts';
import { getAccessory, listAccessories, listMovements } from './accessory.queries.ts';
import { movementKinds, movementTexts } from './accessory.rules.ts';
import { AccessoryChange, NewAccessory, NewMovement } from './accessory.schemas.ts';

const words = {
  kind: 'Choose what happened.',
  quantity: 'Enter how many.',
  locationId: 'Choose the place.',
};
const kindWords = { kind: 'Enter what it is called.' };
const ListQuery = Type.Object(
  {
    stock: Type.Optional(oneOf(['low'])),
    retired: Type.Optional(oneOf(['yes'])),
  },
  { additionalProperties: false },
);

/** /accessories: how many there are of each kind and where; one kind with its log and what may be recorded. */
export function accessoryPages(app: App, deps: Deps): void {
  listFile(app, deps, {
    name: 'accessories',
    query: Type.Object({ ...listQuery, ...ListQuery.properties }),
    list: async (query) => ({ items: await linesOf(query), next: null }),
    count: async (query) => (await linesOf(query)).length,
    columns: {
      Accessory: ({ kind }) => kind,
      Place: ({ place }) => place,
      'How many': ({ quantity }) => quantity,
      'In all': ({ total }) => total,
      'Low below': ({ lowStockLevel }) => lowStockLevel,
      'Running low': ({ low }) => low,
      'No longer lent': ({ retired }) => retired,
    },
  });

  app.get(
    '/accessories',
    { config: { action: 'accessories.read' }, schema: { querystring: ListQuery } },
    async (request, reply) => reply.page('stock/accessories/views/list.njk', await listView(request.query)),
  );

  app.post('/accessories', { config: { action: 'settings.change' } }, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const { id, kind } = await addAccessory(deps, request.ctx, fields(NewAccessory, typed, kindWords));
      return reply.done(`/accessories/${id}`, { text: `${kind} is added. Record how many there are.` });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page('stock/accessories/views/list.njk', await listView({}, form));
    }
  });

  const history = { params: idParams, querystring: Type.Object(listQuery) };
  app.get(
    '/accessories/:id',
    { config: { action: 'accessories.read' }, schema: history },
    async (request, reply) =>
      reply.page('stock/accessories/views/accessory.njk', await view(request.params.id, request.query)),
  );

  app.post(
    '/accessories/:id/movements',
    { config: { action: 'accessories.count' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const typed = typedIn(request.body);
      try {
        const input = fields(NewMovement, withoutOtherPlace(typed), words);
        const { change, accessory } = await recordMovement(deps, request.ctx, id, input);
        return reply.done(`/accessories/${id}`, {
          text: whatHappened(input, change, accessory.total),
          link: { href: '/accessories', text: 'See all accessories' },
        });
      } catch (error) {
        const form = { ...refused(typed, error), prefix: 'movement' };
        return reply
          .code(form.status)
          .page('stock/accessories/views/accessory.njk', await view(id, { limit: 50 }, form));
      }
    },
  );

  app.post(
    '/accessories/:id/changes',
    { config: { action: 'settings.change' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const { version, retired = '', ...typed } = typedIn(request.body);
      try {
        const change = fields(AccessoryChange, { ...typed, retired }, kindWords);
        await changeAccessory(deps, request.ctx, id, change, String(version ?? ''));
        const text =
          change.retired === undefined
            ? 'Saved.'
            : change.retired
              ? 'It is no longer lent. What is in stock stays counted.'
              : 'It is lent again.';
        return reply.done(`/accessories/${id}`, { text });
      } catch (error) {
        const form = { ...refused(typed, error), prefix: 'change' };
        const shown = await view(id, { limit: 50 }, form, String(version ?? ''));
        return reply.code(form.status).page('stock/accessories/views/accessory.njk', shown);
      }
    },
  );

  async function matching({ stock, retired }: Static<typeof ListQuery>) {
    const all = await listAccessories(deps.db, { retired: retired === 'yes' });
    return stock ? all.filter(({ low }) => low) : all;
  }

  /** Each kind by place; one that is nowhere has a line as well. */
  async function linesOf(query: Static<typeof ListQuery>) {
    return (await matching(query)).flatMap(({ stock, ...one }) => {
      const places: { place: string | null; quantity: number }[] = stock.map(({ location, quantity }) => ({
        place: location.name,
        quantity,
      }));
      return (places.length ? places : [{ place: null, quantity: 0 }]).map((place) => ({ ...one, ...place }));
    });
  }

  async function listView(query: Static<typeof ListQuery>, form: Form = newForm()) {
    const { stock, retired } = query;
    const items = await matching(query);
    const places = new Map(
      items.flatMap((one) => one.stock.map(({ location }) => [location.id, location.name])),
    );
    return {
      items: items.map((one) => ({
        ...one,
        there: Object.fromEntries(one.stock.map((at) => [at.location.id, at.quantity])),
      })),
      places: [...places]
        .map(([id, name]) => ({ id, name }))
        .sort((one, other) => one.name.localeCompare(other.name)),
      filters: { ...(stock && { stock }), ...(retired && { retired }) },
      query: new URLSearchParams(query).toString(),
      form,
    };
  }

  /** @param seen the version that was seen, where `sent` is a change */
  async function view(id: string, page: Static<typeof history.querystring>, sent?: Form, seen?: string) {
    const [accessory, log, locations] = await Promise.all([
      getAccessory(deps.db, id),
      listMovements(deps.db, id, page),
      listLocations(deps.db),
    ]);
    const kept = { kind: accessory.kind, lowStockLevel: String(accessory.lowStockLevel) };
    const form = sent?.prefix === 'change' ? besideTheOther(sent, kept) : sent;
    const formOf = (prefix: string, start: Typed = {}) =>
      form?.prefix === prefix ? form : { ...newForm(start), prefix };
    const [only, ...others] = locations;
    return {
      accessory,
      version: versionToSend(form, seen, etagOf(id, accessory.changedAt)),
      log: log.items,
      next: log.next,
      after: page.after,
      kinds: movementKinds.filter((kind) => kind !== 'moved' || others.length > 0),
      movementTexts,
      locations,
      movementForm: formOf('movement', others.length || !only ? {} : { locationId: only.id }),
      changeForm: formOf('change', kept),
      form,
    };
  }
}

/** Where a move goes is asked of a move only. */
function withoutOtherPlace({ toLocationId, ...typed }: Typed): Typed {
  return typed.kind === 'moved' && toLocationId ? { ...typed, toLocationId } : typed;
}

function whatHappened({ kind, quantity }: NewMovement, change: number, total: number): string {
  const left = `${total} in all.`;
  if (kind !== 'counted') return `${movementTexts[kind]}: ${quantity}. Now ${left}`;
  if (!change) return `The count agrees. Now ${left}`;
  return `Counted ${quantity}, ${Math.abs(change)} ${change < 0 ? 'fewer' : 'more'} than was known. Now ${left}`;
}
