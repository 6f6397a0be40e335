import { listLocations } from '../../scheme/organisations/organisation.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count } from '../../shared/formats.ts';
import { type App, strictObject } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { conditions } from '../../stock/devices/device.rules.ts';
import { findScanned } from '../../stock/devices/scan.queries.ts';
import { isWithSomeone, returnVerdict, type Scanned, type Verdict } from '../../stock/devices/scan.rules.ts';
import { type Form, fields, newForm, type Typed } from '../../web/forms.ts';
import { afterScan, readScans } from '../../web/scan-list.ts';
import { formPage } from '../../web/submit.ts';
import { endReasons, shortReasonChoices } from './end-reason.rules.ts';
import { NewReturns } from './loan.schemas.ts';
import { returnDevices } from './return.commands.ts';

const most = 200;
const { on, locationId } = NewReturns.properties;
const OfAll = strictObject({ on, locationId });

const manyView = 'lending/loans/views/return-many.njk';

/** A scanned thing with its verdict; `label` is its asset tag, or what was scanned. */
type Line = Scanned & { label: string; verdict: Verdict };

/** /returns/many: scan whatever came back, of any loans, and take it in with one confirmation. */
export function bulkReturnPages(app: App, deps: Deps): void {
  formPage(app, '/returns/many', {
    action: 'loans.return',
    view: manyView,
    show: async (form = newForm({ condition: 'B', on: today(deps.clock) })) =>
      view(form, await linesOf(readScans(form.typed, 'label').labels)),
    async take(typed, { ctx }, reply) {
      const { action, labels, scan } = readScans(typed, 'label');
      if (action === 'list') return reply.page(manyView, await view(newForm(typed), await linesOf(labels)));
      // What stands in the box is added first, whichever button was pressed: it may not be left out unseen.
      if (scan) {
        const { lines, last } = afterScan(await linesOf([...labels, scan]));
        return reply.page(manyView, { ...(await view(newForm({ ...typed, scan: '' }), lines)), last });
      }
      const done = await returnDevices(deps, ctx, toReturn(typed, await linesOf(labels)));
      const open = done.loans.filter(({ status }) => status === 'open');
      return {
        href: '/returns/many',
        text: `${count(done.lines.filter(({ verdict }) => verdict === 'returned').length, 'device')} came back, of ${count(done.loans.length, 'loan')}. ${whatIsOpen(open)}`,
        link: { href: '/devices?status=in_preparation', text: 'Prepare them' },
      };
    },
  });

  async function linesOf(labels: string[]): Promise<Line[]> {
    const found = await findScanned(deps.db, labels, { fits: isWithSomeone });
    return found.map((scan) => ({
      ...scan,
      label: scan.device?.assetTag ?? scan.code,
      verdict: returnVerdict(scan),
    }));
  }

  async function view(form: Form, lines: Line[]) {
    return {
      form,
      lines,
      conditions,
      reasonChoices: shortReasonChoices,
      locations: await listLocations(deps.db),
    };
  }
}

/** @throws Problem `invalid` when nothing was scanned, too much, or something that cannot come back */
function toReturn(typed: Typed, lines: Line[]): NewReturns {
  const stopped = lines.filter(({ verdict }) => !verdict.ok).map(({ label }) => label);
  if (!lines.length)
    throw invalid({ pointer: '/scan', message: 'Scan or type the label of at least one device.' });
  if (stopped.length)
    throw invalid({ pointer: '/list', message: `Take out what cannot come back: ${stopped.join(', ')}.` });
  if (lines.length > most) throw invalid({ pointer: '/list', message: `Take back at most ${most} at once.` });
  const grade = (value: string | string[] | undefined) => conditions.find((one) => one === value);
  const all = grade(typed.condition) ?? 'B';
  const reasonIn = (value: string | string[] | undefined) => endReasons.find((one) => one === value);
  return {
    items: lines.map(({ device, label }) => {
      const reason = reasonIn(typed[`reasonOf.${label}`]) ?? reasonIn(typed.reason);
      return {
        deviceId: device!.id,
        condition: grade(typed[`conditionOf.${label}`]) ?? all,
        ...(reason && { because: { reason } }),
      };
    }),
    ...fields(OfAll, typed),
  };
}

function whatIsOpen(open: { reference: string }[]): string {
  if (!open.length) return 'Each of them is closed.';
  const some = open.slice(0, 5).map(({ reference }) => reference);
  return `Something is still out on ${some.join(', ')}${open.length > some.length ? ` and ${open.length - some.length} more` : ''}.`;
}
