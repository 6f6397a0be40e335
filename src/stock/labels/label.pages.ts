import { setImmediate } from 'node:timers/promises';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { fields, newForm, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { findScanned } from '../devices/scan.queries.ts';
import { whyNone } from '../devices/scan.rules.ts';
import { devicesToLabel, ownerOnLabels } from './label.queries.ts';
import { labelsPerSheet, labelsSvg, sheetsSvg } from './label.rules.ts';
import { ChosenLabels, LabelQuery, labelsAPage } from './label.schemas.ts';
import { labelAddresses } from './label-code.commands.ts';

const start: Typed = { layout: 'sheet', first: '1' };

/** /labels: chosen labels, and the page to print of them, of a donation or of the list of devices. */
export function labelPages(app: App, deps: Deps): void {
  formPage(app, '/labels', {
    action: 'devices.label',
    view: 'stock/labels/views/choose.njk',
    show: (sent) => ({
      form: sent ? { ...sent, typed: withTicked(sent.typed) } : newForm(start),
      labelsPerSheet,
    }),
    async take(typed) {
      const { codes, layout, first, help } = fields(ChosenLabels, withTicked(typed), {
        codes: 'Scan or type at least one label',
      });
      const scans = await findScanned(
        deps.db,
        codes.split(/[\n,;]/).filter((code) => code.trim()),
      );
      const unknown = scans.filter(({ device }) => !device);
      if (unknown.length)
        throw invalid({
          pointer: '/codes',
          message: unknown.slice(0, 5).map(whyNone).join(' '),
        });
      const tags = [...new Set(scans.map(({ device }) => device!.assetTag))];
      if (tags.length > labelsAPage)
        throw invalid({ pointer: '/codes', message: `Give at most ${labelsAPage} at a time.` });
      const query = new URLSearchParams({
        tags: tags.join(','),
        layout,
        first: String(first),
        ...(help && { help: 'true' }),
      });
      return { href: `/labels/print?${query}` };
    },
  });

  app.get(
    '/labels/print',
    { config: { action: 'devices.label' }, schema: { querystring: LabelQuery } },
    async (request, reply) => {
      const { layout, first, help, after, ...chosen } = request.query;
      const { devices, count, next } = await devicesToLabel(deps, request.query);
      const owner = await ownerOnLabels(deps);
      const addresses = await labelAddresses(deps, request, {
        help,
        assetTags: devices.map(({ assetTag }) => assetTag),
      });
      const how = { layout, first: String(first), ...(help && { help: 'true' }) };
      const filters = Object.entries(chosen).map(([name, value]) => [name, String(value)]);
      return reply.page('stock/labels/views/print.njk', {
        drawings: await drawn(
          layout === 'sheet'
            ? sheetsSvg(devices, first, owner, addresses)
            : labelsSvg(devices, owner, addresses),
        ),
        shown: devices.length,
        count,
        next,
        after,
        chosen,
        form: newForm(how),
        layout,
        labelsPerSheet,
        query: new URLSearchParams({ ...Object.fromEntries(filters), ...how }).toString(),
      });
    },
  );
}

/** The devices that were ticked in their list stand in the box, as if they were scanned. */
const withTicked = ({ item, ...typed }: Typed): Typed =>
  item === undefined ? typed : { ...start, codes: [item].flat().join('\n') };

/** All drawings, with room for other requests between them. */
async function drawn(drawings: Iterable<string>): Promise<string[]> {
  const done: string[] = [];
  for (const drawing of drawings) {
    done.push(drawing);
    await setImmediate();
  }
  return done;
}
