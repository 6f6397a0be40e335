import { setImmediate } from 'node:timers/promises';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { findScanned } from '../devices/scan.queries.ts';
import { unknownLabel } from '../devices/scan.rules.ts';
import { devicesToLabel, ownerOnLabels } from './label.queries.ts';
import { labelsPerSheet, labelsSvg, sheetsSvg } from './label.rules.ts';
import { ChosenLabels, LabelQuery, labelsAPage } from './label.schemas.ts';

const start: Typed = { layout: 'sheet', first: '1' };

/** /labels: chosen labels, and the page to print of them, of a donation or of the list of devices. */
export function labelPages(app: App, deps: Deps): void {
  app.get('/labels', { config: { action: 'devices.label' } }, async (_request, reply) =>
    reply.page('stock/labels/views/choose.njk', { form: newForm(start), labelsPerSheet }),
  );

  app.post('/labels', { config: { action: 'devices.label' } }, async (request, reply) => {
    const typed = withTicked(typedIn(request.body));
    try {
      const { codes, layout, first } = fields(ChosenLabels, typed, {
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
          message: unknown
            .slice(0, 5)
            .map(({ code }) => unknownLabel(code))
            .join(' '),
        });
      const tags = [...new Set(scans.map(({ device }) => device!.assetTag))];
      if (tags.length > labelsAPage)
        throw invalid({ pointer: '/codes', message: `Give at most ${labelsAPage} at a time.` });
      const query = new URLSearchParams({ tags: tags.join(','), layout, first: String(first) });
      return reply.redirect(`/labels/print?${query}`, 303);
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page('stock/labels/views/choose.njk', { form, labelsPerSheet });
    }
  });

  app.get(
    '/labels/print',
    { config: { action: 'devices.label' }, schema: { querystring: LabelQuery } },
    async (request, reply) => {
      const { layout, first, after, ...chosen } = request.query;
      const { devices, count, next } = await devicesToLabel(deps, request.query);
      const owner = await ownerOnLabels(deps);
      const how = { layout, first: String(first) };
      const filters = Object.entries(chosen).map(([name, value]) => [name, String(value)]);
      return reply.page('stock/labels/views/print.njk', {
        drawings: await drawn(
          layout === 'sheet' ? sheetsSvg(devices, first, owner) : labelsSvg(devices, owner),
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
