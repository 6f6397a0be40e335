import Type from 'typebox';
import { listLocations } from '../../scheme/organisations/organisation.queries.ts';
import { civilDate } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { type Form, fields, newForm } from '../../web/forms.ts';
import { listFile } from '../../web/list-file.ts';
import { type AskedOne, formPage, submit } from '../../web/submit.ts';
import { recordFound } from '../devices/found.commands.ts';
import { recordScans } from './scan.commands.ts';
import { keepHere, recordLosses } from './settling.commands.ts';
import { closeStocktake, startStocktake } from './stocktake.commands.ts';
import { countStocktakes, getStocktake, listLines, listStocktakes } from './stocktake.queries.ts';
import { type LineVerdict, stocktakeStatuses } from './stocktake.rules.ts';
import {
  ChosenDevices,
  LineQuery,
  NewScans,
  NewStocktake,
  type ScanLine,
  type Stocktake,
  StocktakeQuery,
} from './stocktake.schemas.ts';

const FoundDevice = strictObject({ deviceId: Type.String({ format: 'uuid' }) });
const words = {
  locationId: 'Choose a place',
  deviceIds: 'Choose at least one device',
};
/** The lists that a stocktake shows, the one to look at first in front. */
const shown: Record<Stocktake['status'], LineVerdict[]> = {
  open: ['expected', 'unexpected', 'found'],
  closed: ['missing', 'unexpected', 'left', 'found'],
};

/** /stocktakes: start one, scan, close, and settle what is missing or unexpected. */
export function stocktakePages(app: App, deps: Deps): void {
  const run = { action: 'stocktakes.run' } as const;
  listFile(app, deps, {
    name: 'stocktakes',
    query: StocktakeQuery,
    list: (query) => listStocktakes(deps.db, query),
    count: (query) => countStocktakes(deps.db, query),
    columns: {
      Stocktake: ({ reference }) => reference,
      Place: ({ location }) => location.name,
      Status: ({ status }) => status,
      Started: ({ startedAt }) => civilDate(startedAt),
      Closed: ({ closedAt }) => closedAt && civilDate(closedAt),
      Found: ({ counts }) => counts?.found,
      Missing: ({ counts }) => counts?.missing,
      Unexpected: ({ counts }) => counts?.unexpected,
      'Left meanwhile': ({ counts }) => counts?.left,
    },
    dates: ['Started', 'Closed'],
  });

  formPage(app, '/stocktakes', {
    ...run,
    reads: 'stocktakes.read',
    querystring: StocktakeQuery,
    view: 'stock/stocktakes/views/list.njk',
    show: (form, { query }) => listView(query, form),
    async take(typed, { ctx }) {
      const { id, reference, expected } = await startStocktake(deps, ctx, fields(NewStocktake, typed, words));
      return {
        href: `/stocktakes/${id}`,
        text: `Stocktake ${reference} has started. ${count(expected, 'device')} should be here.`,
      };
    },
  });

  app.get(
    '/stocktakes/:id',
    { config: { action: 'stocktakes.read' }, schema: { params: idParams, querystring: LineQuery } },
    async (request, reply) =>
      reply.page('stock/stocktakes/views/stocktake.njk', await view(request.params.id, request.query)),
  );

  const page = (verdict?: LineVerdict) => ({
    params: idParams,
    view: 'stock/stocktakes/views/stocktake.njk',
    show: (form: Form, { params }: AskedOne) => view(params.id, verdict ? { verdict } : {}, form),
  });
  submit(app, '/stocktakes/:id/scans', {
    ...run,
    ...page(),
    async take(typed, { ctx, params: { id } }, reply) {
      const { lines } = await recordScans(deps, ctx, id, fields(NewScans, { codes: codesIn(typed) }));
      return reply.page('stock/stocktakes/views/stocktake.njk', await view(id, {}, newForm(), lines));
    },
  });

  submit(app, '/stocktakes/:id/closings', {
    ...run,
    ...page(),
    async take(_typed, { ctx, params: { id } }) {
      const { reference, counts } = await closeStocktake(deps, ctx, id);
      return {
        href: `/stocktakes/${id}${counts.missing ? '?verdict=missing' : ''}`,
        text: `Stocktake ${reference} is closed: ${counts.found} found, ${counts.missing} missing, ${counts.unexpected} unexpected.`,
        link: { href: '/stocktakes', text: 'Next: another place' },
      };
    },
  });

  submit(app, '/stocktakes/:id/losses', {
    ...run,
    ...page('missing'),
    async take(typed, { ctx, params: { id } }) {
      const { devices } = await recordLosses(deps, ctx, id, fields(ChosenDevices, typed, words));
      const released = devices.filter(({ releasedFrom }) => releasedFrom).length;
      const sims = devices.filter(({ suspendSim }) => suspendSim).length;
      return {
        href: `/stocktakes/${id}?verdict=missing`,
        text: [
          `${several(devices)} recorded as lost.`,
          ...(released ? [`${count(released, 'device')} no longer held for a referral.`] : []),
          ...(sims ? [`${count(sims, 'SIM')} to suspend.`] : []),
        ].join(' '),
        ...(released
          ? { link: { href: '/referrals/waiting', text: 'Find others for those who wait' } }
          : sims && { link: { href: '/tasks?kind=suspend_sim', text: 'See the tasks' } }),
      };
    },
  });

  submit(app, '/stocktakes/:id/moves', {
    ...page('unexpected'),
    action: 'devices.move',
    async take(typed, { ctx, params: { id } }) {
      const { devices } = await keepHere(deps, ctx, id, fields(ChosenDevices, typed, words));
      return { href: `/stocktakes/${id}`, text: `${several(devices)} kept here from now on.` };
    },
  });

  submit(app, '/stocktakes/:id/found', {
    ...page('unexpected'),
    action: 'devices.prepare',
    async take(typed, { ctx, params: { id } }) {
      const { location } = await getStocktake(deps.db, id);
      const { deviceId } = fields(FoundDevice, typed);
      const { assetTag } = await recordFound(deps, ctx, deviceId, { locationId: location.id });
      return {
        href: `/stocktakes/${id}`,
        text: `${assetTag} is found. It is kept here, to be prepared again.`,
        link: { href: `/devices/${deviceId}`, text: `Prepare ${assetTag}` },
      };
    },
  });

  async function listView(query: StocktakeQuery, sent?: Form) {
    const { status, order, after } = query;
    const [list, number, locations] = await Promise.all([
      listStocktakes(deps.db, query),
      countStocktakes(deps.db, { status }),
      listLocations(deps.db),
    ]);
    const filters = { ...(status && { status }), ...(order && { order }) };
    // Where there is one place alone, it is that.
    const [only, ...others] = locations;
    const form = sent ?? newForm(only && !others.length ? { locationId: only.id } : {});
    return {
      ...list,
      count: number,
      form,
      after,
      filters,
      query: new URLSearchParams(filters).toString(),
      statuses: stocktakeStatuses,
      locations: locations.map(({ id, name }) => ({ value: id, text: name })),
    };
  }

  /** A stocktake with one of its lists. `last`: the verdicts on what was just scanned. */
  async function view(id: string, query: Partial<LineQuery>, form: Form = newForm(), last: ScanLine[] = []) {
    const stocktake = await getStocktake(deps.db, id);
    const { counts } = stocktake;
    const tabs = shown[stocktake.status];
    const verdict = query.verdict ?? tabs.find((tab) => counts[tab] > 0) ?? tabs[0]!;
    const { after } = query;
    const lines = await listLines(deps.db, stocktake, { limit: query.limit ?? 50, after, verdict });
    return {
      stocktake,
      counts,
      standing: stocktakeStanding(stocktake),
      total: counts.expected + counts.found + counts.missing + counts.left,
      tabs,
      verdict,
      items: lines.items,
      next: lines.next,
      after,
      query: `verdict=${verdict}`,
      form,
      last,
      foundNow: last.filter((line) => line.verdict === 'found').length,
      canChoose: lines.items.some(({ next }) => next === 'record_loss' || next === 'keep_here'),
      chosen: [form.typed.deviceIds ?? []].flat(),
    };
  }
}

/** How a stocktake stands, in one sentence. */
function stocktakeStanding({ status, counts }: Stocktake): string {
  if (status === 'open')
    return counts.expected
      ? `${count(counts.expected, 'device')} still to scan here.`
      : 'Everything that should be here is scanned: it can be closed.';
  const open = counts.missing + counts.unexpected;
  return open ? `Closed. ${count(open, 'device')} to settle.` : 'Closed, and everything was here.';
}

/**
 * What was scanned: one label from the box, or a list of them, one a line.
 * @throws Problem `invalid` when it is nothing
 */
function codesIn({ code, codes }: Record<string, string | string[]>): string[] {
  const found = [codes ?? code ?? []]
    .flat()
    .flatMap((text) => text.split(/[\n,;]/))
    .filter((one) => one.trim());
  if (!found.length)
    throw invalid({
      pointer: codes === undefined ? '/code' : '/codes',
      message: 'Scan or type a label first.',
    });
  return found;
}

function several(devices: { assetTag: string }[]): string {
  if (devices.length > 5) return `${count(devices.length, 'device')} are`;
  const tags = new Intl.ListFormat('en-GB').format(devices.map(({ assetTag }) => assetTag));
  return `${tags} ${devices.length === 1 ? 'is' : 'are'}`;
}
