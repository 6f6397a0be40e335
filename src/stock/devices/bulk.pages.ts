import type { Action } from '../../access/permissions.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { type FieldError, invalid } from '../../shared/problem.ts';
import { type Form, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import type { Banner } from '../../web/pages.ts';
import { afterScan, readScans } from '../../web/scan-list.ts';
import { mostLines } from './bulk.schemas.ts';
import { shownStatus } from './fitness.rules.ts';
import { findScanned } from './scan.queries.ts';
import { noVerdict, type Scanned, type Verdict } from './scan.rules.ts';
import { refusedLine } from './stock.pages.ts';

type Judged = { ok: boolean; text: string };
/** A scanned thing of the list with its verdict; `label` is its asset tag, or what was scanned. */
type Line = Scanned & { label: string; verdict: Verdict };

export type BulkPage = {
  url: string;
  action: Action;
  view: string;
  /** What is said of what cannot be in the list. */
  takeOut: string;
  /** What the form starts from. */
  start(ctx: Context): Typed;
  /** Whether each device may be in the list, as the form stands. */
  judge(ctx: Context, devices: NonNullable<Scanned['device']>[], typed: Typed): Promise<Judged[]>;
  /** What the page needs beside the list. */
  data(ctx: Context): Promise<object>;
  confirm(ctx: Context, items: { deviceId: string }[], typed: Typed): Promise<Banner>;
};

/** A page with a box for scans: each gets a verdict, a line can be taken out, and all are changed with one click. */
export function bulkPage(app: App, deps: Deps, page: BulkPage): void {
  const options = { config: { action: page.action } };

  app.get(page.url, options, async (request, reply) =>
    reply.page(page.view, {
      ...(await page.data(request.ctx)),
      form: newForm(page.start(request.ctx)),
      lines: [],
    }),
  );

  app.post(page.url, options, async (request, reply) => {
    const { ctx } = request;
    const typed = typedIn(request.body);
    const { action, labels, scan } = readScans(typed, 'item');
    // What is in the box when the list is confirmed is first shown with its verdict.
    if (action !== 'confirm' || scan) {
      const { lines, last } = afterScan(
        await linesOf(ctx, scan ? [...labels, scan] : labels, typed),
        scan !== '',
      );
      return show(newForm({ ...typed, scan: '' }), lines, last);
    }
    const lines = await linesOf(ctx, labels, typed);
    try {
      const errors = faults(lines);
      if (errors.length) throw invalid(...errors);
      const items = lines.flatMap(({ device }) => (device ? { deviceId: device.id } : []));
      return reply.done('/devices', await page.confirm(ctx, items, typed));
    } catch (error) {
      // They may have changed meanwhile: the verdicts are asked for again.
      return show(refusedLine(refused(typed, error), error), await linesOf(ctx, labels, typed));
    }

    async function show(form: Form, lines: Line[], last?: Line & { twice: boolean }) {
      return reply.code(form.status).page(page.view, { ...(await page.data(ctx)), form, lines, last });
    }
  });

  async function linesOf(ctx: Context, codes: string[], typed: Typed): Promise<Line[]> {
    const scans = await findScanned(deps.db, codes, { day: today(deps.clock) });
    const devices = scans.flatMap(({ device }) => device ?? []);
    const judged = await page.judge(ctx, devices, typed);
    const of = new Map(devices.map(({ id }, place) => [id, judged[place]!]));
    return scans.map((scan) => {
      const { code, device } = scan;
      if (!device) return { ...scan, label: code, verdict: noVerdict(scan) };
      const { ok, text } = of.get(device.id)!;
      // The line begins with the label already.
      const verdict: Verdict = { ok, text: text.replace(device.assetTag, 'It'), status: shownStatus(device) };
      if (!ok) verdict.link = { href: `/devices/${device.id}`, text: 'See the device' };
      return { ...scan, label: device.assetTag, verdict };
    });
  }

  /** What has to be mended before the list can be confirmed. */
  function faults(lines: Line[]): FieldError[] {
    const stopped = lines.filter(({ verdict }) => !verdict.ok).map(({ label }) => label);
    if (!lines.length)
      return [{ pointer: '/scan', message: 'Scan or type the label of at least one device.' }];
    if (lines.length > mostLines)
      return [{ pointer: '/items', message: `Do at most ${mostLines} at a time.` }];
    return stopped.length ? [{ pointer: '/items', message: `${page.takeOut}: ${stopped.join(', ')}.` }] : [];
  }
}
