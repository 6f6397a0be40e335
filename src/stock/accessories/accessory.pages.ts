import Type, { type Static } from 'typebox';
import { listLocations } from '../../scheme/organisations/organisation.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { oneOf } from '../../shared/schemas.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, newForm, type Typed } from '../../web/forms.ts';
import { listFile } from '../../web/list-file.ts';
import { type AskedOne, formPage, submit } from '../../web/submit.ts';
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

  formPage(app, '/accessories', {
    reads: 'accessories.read',
    action: 'settings.change',
    querystring: ListQuery,
    view: 'stock/accessories/views/list.njk',
    show: (form, { query }) => listView(query, form),
    async take(typed, { ctx }) {
      const { id, kind } = await addAccessory(deps, ctx, fields(NewAccessory, typed, kindWords));
      return { href: `/accessories/${id}`, text: `${kind} is added. Record how many there are.` };
    },
  });

  const history = { params: idParams, querystring: Type.Object(listQuery) };
  app.get(
    '/accessories/:id',
    { config: { action: 'accessories.read' }, schema: history },
    async (request, reply) =>
      reply.page('stock/accessories/views/accessory.njk', await view(request.params.id, request.query)),
  );

  const page = {
    params: idParams,
    view: 'stock/accessories/views/accessory.njk',
    show: (form: Form, { params }: AskedOne) => view(params.id, { limit: 50 }, form),
  };
  submit(app, '/accessories/:id/movements', {
    ...page,
    action: 'accessories.count',
    prefix: 'movement',
    async take(typed, { ctx, params: { id } }) {
      const input = fields(NewMovement, withoutOtherPlace(typed), words);
      const { change, accessory } = await recordMovement(deps, ctx, id, input);
      return {
        href: `/accessories/${id}`,
        text: whatHappened(input, change, accessory.total),
        link: { href: '/accessories', text: 'See all accessories' },
      };
    },
  });

  submit(app, '/accessories/:id/changes', {
    ...page,
    action: 'settings.change',
    prefix: 'change',
    async take({ version, retired = '', ...typed }, { ctx, params: { id } }) {
      const change = fields(AccessoryChange, { ...typed, retired }, kindWords);
      await changeAccessory(deps, { ...ctx, ifMatch: String(version ?? '') }, id, change);
      const text =
        change.retired === undefined
          ? 'Saved.'
          : change.retired
            ? 'It is no longer lent. What is in stock stays counted.'
            : 'It is lent again.';
      return { href: `/accessories/${id}`, text };
    },
  });

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

  async function listView(query: Static<typeof ListQuery>, form = newForm()) {
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

  /** @param sent the form that was refused, if any */
  async function view(id: string, page: Static<typeof history.querystring>, sent?: Form) {
    const [accessory, log, locations] = await Promise.all([
      getAccessory(deps.db, id),
      listMovements(deps.db, id, page),
      listLocations(deps.db),
    ]);
    const kept = { kind: accessory.kind, lowStockLevel: String(accessory.lowStockLevel) };
    const form = sent?.prefix === 'change' ? besideTheOther(sent, kept, ['retired']) : sent;
    const formOf = (prefix: string, start: Typed = {}) =>
      form?.prefix === prefix ? form : { ...newForm(start), prefix };
    const [only, ...others] = locations;
    return {
      accessory,
      version: versionToSend(form, etagOf(id, accessory.changedAt)),
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
