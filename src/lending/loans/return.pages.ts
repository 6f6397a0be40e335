import Type from 'typebox';
import { logAccess } from '../../people/patient.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { invalid, toProblem } from '../../shared/problem.ts';
import { conditions } from '../../stock/devices/device.rules.ts';
import { findScanned } from '../../stock/devices/scan.queries.ts';
import { notOnLoan } from '../../stock/devices/scan.rules.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { accessoriesOf, accessoryRows, atItsAccessories } from './accessory-form.rules.ts';
import { accessoryWords } from './issue-kit.rules.ts';
import { findLoanByReference, getLoan, getLoanDetails } from './loan.queries.ts';
import { type Loan, NewReturn } from './loan.schemas.ts';
import { missingOf } from './loan-accessory.queries.ts';
import { returnItems } from './return.commands.ts';

const Scan = strictObject({ code: Type.String({ minLength: 1, maxLength: 200 }) });
const ItemQuery = Type.Object(
  { item: Type.Optional(Type.String({ format: 'uuid' })) },
  { additionalProperties: false },
);
const words = { items: 'Tick what came back.', 'items.*.condition': 'Choose its condition.' };

/** /returns and /loans/:id/return: a scan finds its loan, and what came back is taken in. */
export function returnPages(app: App, deps: Deps): void {
  app.get('/returns', { config: { action: 'loans.return' } }, async (_request, reply) =>
    reply.page('lending/loans/views/returns.njk', { form: newForm() }),
  );

  app.post('/returns', { config: { action: 'loans.return' } }, async (request, reply) => {
    const typed = typedIn(request.body);
    let device: { id: string; assetTag: string } | null = null;
    try {
      const { code } = fields(Scan, typed, { code: 'Scan or type a label first.' });
      const loan = await findLoanByReference(deps.db, code);
      if (loan) return reply.redirect(`/loans/${loan}/return`, 303);
      const [scan] = await findScanned(deps.db, [code]);
      if (scan!.device?.loan)
        return reply.redirect(`/loans/${scan!.device.loan.id}/return?item=${scan!.device.loan.itemId}`, 303);
      device = scan!.device;
      throw invalid({ pointer: '/code', message: notOnLoan(scan!) });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page('lending/loans/views/returns.njk', { form, device });
    }
  });

  const options = {
    config: { action: 'loans.return' },
    schema: { params: idParams, querystring: ItemQuery },
  } as const;
  app.get('/loans/:id/return', options, async (request, reply) => {
    const { item } = request.query;
    const view = await returnView(request.params.id, newForm(item ? { ticked: item } : {}));
    if (view.loan.patient) await logAccess(deps, request.ctx, view.loan.patient.id, 'loan');
    return reply.page('lending/loans/views/return.njk', view);
  });

  app.post('/loans/:id/return', options, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    if (typed.do === 'tick') return tick();
    const ticked = tickedIn(typed);
    const accessories = (await getLoan(deps.db, deps.clock, id)).accessories.filter((one) =>
      [typed.accessory ?? []].flat().includes(one.id),
    );
    try {
      assertTicked(typed, ticked);
      if (!ticked.length && !accessories.length) throw invalid({ pointer: '/items', message: words.items });
      const input = fields(NewReturn, rowsOf(typed, ticked, accessories), words);
      const { items } = await returnItems(deps, request.ctx, id, input);
      const [first] = items;
      const came = [...items.map(({ assetTag }) => assetTag), ...accessoryWords(input.accessories ?? [])];
      return reply.done(`/loans/${id}`, {
        text: whatHappened(came, await missingOf(deps.db, id)),
        link: first
          ? { href: `/devices/${first.deviceId}`, text: `Prepare ${first.assetTag}` }
          : { href: '/returns', text: 'Next return' },
      });
    } catch (error) {
      const problem = toProblem(error);
      const sent = refused(typed, problem.type === 'internal' ? error : problem);
      const form = atItsAccessories(atItsItems(sent, ticked), accessories);
      return reply.code(form.status).page('lending/loans/views/return.njk', await returnView(id, form));
    }

    /** A scan on the page ticks one more item; what was entered stays. */
    async function tick() {
      const code = String(typed.scan ?? '').trim();
      const [scan] = await findScanned(deps.db, code ? [code] : []);
      const item = scan?.device?.loan?.id === id ? scan.device.loan.itemId : undefined;
      if (item)
        return reply.page(
          'lending/loans/views/return.njk',
          await returnView(
            id,
            newForm({ ...typed, scan: '', ticked: [...new Set([...tickedIn(typed), item])] }),
          ),
        );
      const other = scan?.device?.loan;
      const message = !scan
        ? 'Scan or type a label first.'
        : other
          ? `${scan.device!.assetTag} is on another loan, ${other.reference}.`
          : notOnLoan(scan);
      const form = refused(typed, invalid({ pointer: '/scan', message }));
      return reply
        .code(form.status)
        .page('lending/loans/views/return.njk', { ...(await returnView(id, form)), other });
    }
  });

  async function returnView(id: string, form: Form) {
    const [loan, { items }] = await Promise.all([
      getLoan(deps.db, deps.clock, id),
      getLoanDetails(deps.db, id),
    ]);
    const ticked = tickedIn(form.typed);
    return {
      loan,
      form,
      conditions,
      items: items.filter(({ endedAt }) => !endedAt),
      returned: items.filter(({ endedAt }) => endedAt),
      ticked,
      ...accessoriesOf(loan, form),
    };
  }
}

const tickedIn = (typed: Typed): string[] => [typed.ticked ?? []].flat();

/** The fields of an item by its id: `item.<id>.condition`, so that a field stays with its item whatever is ticked; the same of an accessory. */
function rowsOf(typed: Typed, ticked: string[], accessories: Loan['accessories']): Typed {
  const rows = ticked.flatMap((id, row) => [
    [`items.${row}.itemId`, id],
    [`items.${row}.condition`, typed[`item.${id}.condition`] ?? ''],
    [`items.${row}.notes`, typed[`item.${id}.notes`] ?? ''],
  ]);
  return { ...Object.fromEntries(rows), ...accessoryRows(typed, accessories) };
}

/** @throws Problem `invalid` when something was said of an item that is not ticked */
function assertTicked(typed: Typed, ticked: string[]): void {
  const said = Object.entries(typed).flatMap(
    ([name, value]) => (String(value).trim() && /^item\.([\w-]+)\./.exec(name)?.[1]) || [],
  );
  const [left] = said.filter((id) => !ticked.includes(id));
  if (left)
    throw invalid({
      pointer: `/item.${left}.condition`,
      message: 'Tick it if it came back. If it did not, clear its condition and notes.',
    });
}

/** Faults of rows at the names that the form has for their items. */
function atItsItems(form: Form, ticked: string[]): Form {
  const own = (name: string) =>
    name === 'items'
      ? 'ticked'
      : name.replace(/^items\.(\d+)\.(\w+)$/, (_, row, field) =>
          field === 'itemId' ? 'ticked' : `item.${ticked[Number(row)]}.${field}`,
        );
  return {
    ...form,
    errors: Object.fromEntries(Object.entries(form.errors).map(([name, text]) => [own(name), text])),
    summary: form.summary.map((fault) => (fault.name ? { ...fault, name: own(fault.name) } : fault)),
  };
}

function whatHappened(came: string[], { items, accessories }: Awaited<ReturnType<typeof missingOf>>): string {
  const back = `${came.join(', ')} came back.`;
  const rest = [
    ...items.map(({ assetTag, kind }) => `${assetTag} (${kind})`),
    ...accessoryWords(accessories),
  ];
  if (!rest.length) return `${back} Everything is back and the loan is closed.`;
  return `${back} Still with the borrower: ${rest.join(', ')}.`;
}
