import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { logAccess } from '../../people/patient.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { invalid } from '../../shared/problem.ts';
import { conditions } from '../../stock/devices/device.rules.ts';
import { findScanned } from '../../stock/devices/scan.queries.ts';
import { isWithSomeone, notOnLoan } from '../../stock/devices/scan.rules.ts';
import { type Form, fields, newForm, refused, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { accessoriesOf, accessoryRows, atItsAccessories, tickedOf } from './accessory-form.rules.ts';
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
const oneView = 'lending/loans/views/return.njk';
const words = { items: 'Tick what came back.', 'items.*.condition': 'Choose its condition.' };

/** /returns and /loans/:id/return: a scan finds its loan, and what came back is taken in. */
export function returnPages(app: App, deps: Deps): void {
  formPage(app, '/returns', {
    action: 'loans.return',
    view: 'lending/loans/views/returns.njk',
    async show(sent) {
      const [scan] = sent?.typed.code
        ? await findScanned(deps.db, [String(sent.typed.code)], { fits: isWithSomeone })
        : [];
      return { device: scan?.device };
    },
    async take(typed) {
      const { code } = fields(Scan, typed, { code: 'Scan or type a label first.' });
      const [loan, [scan]] = await Promise.all([
        findLoanByReference(deps.db, code),
        findScanned(deps.db, [code], { fits: isWithSomeone }),
      ]);
      const { device } = scan!;
      const on = device?.loan;
      if (loan && on && on.id !== loan.id)
        throw invalid({
          pointer: '/code',
          message: `“${code}” is loan ${loan.reference}, and ${device.assetTag}, which is on ${on.reference}. Type the whole of the one you mean.`,
        });
      if (on) return { href: `/loans/${on.id}/return?item=${on.itemId}` };
      if (loan) return { href: `/loans/${loan.id}/return` };
      throw invalid({ pointer: '/code', message: notOnLoan(scan!) });
    },
  });

  formPage(app, '/loans/:id/return', {
    action: 'loans.return',
    params: idParams,
    querystring: ItemQuery,
    view: oneView,
    async show(sent, { ctx, params, query }) {
      const view = await returnView(
        params.id,
        sent ?? newForm({ on: today(deps.clock), ...(query.item && { ticked: query.item }) }),
      );
      if (!sent && view.loan.patient) await logAccess(deps, ctx, view.loan.patient.id, 'loan');
      return view;
    },
    async take(typed, { ctx, params: { id } }, reply) {
      if (typed.do === 'tick') return tick(reply, id, typed);
      const ticked = tickedIn(typed);
      const accessories = tickedOf(await getLoan(deps.db, deps.clock, id), typed);
      assertTicked(typed, ticked);
      if (!ticked.length && !accessories.length) throw invalid({ pointer: '/items', message: words.items });
      const input = fields(NewReturn, rowsOf(typed, ticked, accessories), words);
      const { items } = await returnItems(deps, ctx, id, input);
      const [first] = items;
      const came = [...items.map(({ assetTag }) => assetTag), ...accessoryWords(input.accessories ?? [])];
      return {
        href: `/loans/${id}`,
        text: whatHappened(came, await missingOf(deps.db, id)),
        link: first
          ? { href: `/devices/${first.deviceId}`, text: `Prepare ${first.assetTag}` }
          : { href: '/returns', text: 'Next return' },
      };
    },
  });

  /** A scan on the page ticks one more item; what was entered stays. */
  async function tick(reply: FastifyReply, id: string, typed: Typed) {
    const code = String(typed.scan ?? '').trim();
    const [scan] = await findScanned(deps.db, code ? [code] : [], {
      fits: ({ loan }) => loan?.id === id,
    });
    const other = scan?.device?.loan;
    if (other?.id === id) {
      const ticked = [...new Set([...tickedIn(typed), other.itemId])];
      return reply.page(oneView, await returnView(id, newForm({ ...typed, scan: '', ticked })));
    }
    const message = !scan
      ? 'Scan or type a label first.'
      : other
        ? `${scan.device!.assetTag} is on another loan, ${other.reference}.`
        : notOnLoan(scan);
    const form = refused(typed, invalid({ pointer: '/scan', message }));
    return reply.code(form.status).page(oneView, { ...(await returnView(id, form)), other });
  }

  async function returnView(id: string, sent: Form) {
    const [loan, { items }] = await Promise.all([
      getLoan(deps.db, deps.clock, id),
      getLoanDetails(deps.db, id),
    ]);
    const ticked = tickedIn(sent.typed);
    const form = atItsAccessories(atItsItems(sent, ticked), tickedOf(loan, sent.typed));
    return {
      loan,
      form,
      conditions,
      items: items.filter(({ endedOn }) => !endedOn),
      returned: items.filter(({ endedOn }) => endedOn),
      ticked,
      ...accessoriesOf(loan, form),
    };
  }
}

const tickedIn = (typed: Typed): string[] => [typed.ticked ?? []].flat();

/** The fields of an item by its id: `item.<id>.condition`, so that a field stays with its item whatever is ticked; the same of an accessory. The day is of all of them. */
function rowsOf(typed: Typed, ticked: string[], accessories: Loan['accessories']): Typed {
  const rows = ticked.flatMap((id, row) => [
    [`items.${row}.itemId`, id],
    [`items.${row}.condition`, typed[`item.${id}.condition`] ?? ''],
    [`items.${row}.notes`, typed[`item.${id}.notes`] ?? ''],
  ]);
  const day = Object.entries(typed).filter(([name]) => /^on(-|$)/.test(name));
  return { ...Object.fromEntries([...rows, ...day]), ...accessoryRows(typed, accessories) };
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
