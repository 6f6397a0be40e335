import { may } from '../../access/permissions.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import { type App, strictObject } from '../../shared/http.ts';
import { type FileColumns, fileFormats, sendTable } from '../../shared/table-file.ts';
import { fields } from '../../web/forms.ts';
import { bulkPage } from './bulk.pages.ts';
import { disposeDevices, exportLosses } from './disposal.commands.ts';
import { countLosses, type LossRow, listLosses, standingOf } from './disposal.queries.ts';
import { disposalTerms, LossPeriod, LossQuery } from './disposal.schemas.ts';
import { stockFormWords } from './stock.pages.ts';
import { type DisposalWay, disposalRefusal, disposalWays } from './stock.rules.ts';

const Terms = strictObject(disposalTerms);
const ownFields = Object.keys(disposalTerms);
const columns: FileColumns<LossRow> = {
  reference: 'Asset tag',
  kind: 'Type',
  make: 'Make',
  model: 'Model',
  writtenOffOn: { date: 'Written off on' },
  bookValue: 'Book value (GBP)',
  authorisedBy: 'Authorised by',
  incident: 'Incident',
};

/** /devices/retire: scans go into a list that leaves for good; and /losses-register. */
export function disposalPages(app: App, deps: Deps): void {
  bulkPage(app, deps, {
    url: '/devices/retire',
    action: 'devices.dispose',
    view: 'stock/devices/views/retire.njk',
    takeOut: 'Take out what cannot be retired so',
    start: () => ({ disposedOn: today(deps.clock) }),
    data: async ({ actor }) => ({
      ways: disposalWays.filter((way) => way !== 'written_off' || may(actor, 'incidents.write-off')),
    }),
    async judge({ actor }, devices, typed) {
      const standing = await standingOf(
        deps.db,
        devices.map(({ id }) => id),
      );
      const chosen = disposalWays.find((way) => way === typed.way);
      const certificate = String(typed.destructionCertificate ?? '').trim();
      return devices.map((device) => {
        const refusalOf = (way: DisposalWay, destructionCertificate: string) =>
          disposalRefusal(
            { ...device, ...standing.get(device.id)!, cycleStartedOn: '' },
            { way, disposedOn: null, destructionCertificate },
          );
        if (chosen) {
          const refusal = refusalOf(chosen, certificate);
          return { ok: refusal === null, text: refusal ?? '' };
        }
        // No way is chosen yet: what some way would take is fine so far.
        const plain = refusalOf('recycled', '');
        const withPaper = refusalOf('recycled', 'to come');
        if (!withPaper)
          return { ok: true, text: plain ? 'Not erased: it needs a destruction certificate.' : '' };
        const writtenOff = may(actor, 'incidents.write-off') && !refusalOf('written_off', '');
        return writtenOff ? { ok: true, text: 'Only as written off.' } : { ok: false, text: withPaper };
      });
    },
    async confirm(ctx, items, typed) {
      const own = Object.entries(typed).filter(([name]) =>
        ownFields.includes(name.replace(/-(day|month|year)$/, '')),
      );
      const terms = fields(Terms, Object.fromEntries(own), stockFormWords);
      const { disposals } = await disposeDevices(deps, ctx, { items, ...terms });
      return {
        text: `${count(disposals.length, 'device')} retired.`,
        link: { href: '/devices/retire', text: 'Retire more' },
      };
    },
  });

  app.get(
    '/losses-register',
    { config: { action: 'losses.read' }, schema: { querystring: LossQuery } },
    async (request, reply) => {
      const { after, limit: _limit, ...filters } = request.query;
      const [list, total] = await Promise.all([
        listLosses(deps.db, request.query),
        countLosses(deps.db, filters),
      ]);
      const query = new URLSearchParams(filters).toString();
      return reply.page('stock/devices/views/losses.njk', {
        ...list,
        count: total,
        filters,
        after,
        query,
      });
    },
  );

  for (const format of fileFormats)
    app.get(
      `/losses-register/export.${format}`,
      { config: { action: 'losses.read' }, schema: { querystring: LossPeriod } },
      async (request, reply) => {
        const rows = await exportLosses(deps, request.ctx, request.query);
        return sendTable(reply, format, { name: `losses-${today(deps.clock)}`, columns, rows });
      },
    );
}
