import Type from 'typebox';
import { listLocations } from '../../scheme/organisations/organisation.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { type FieldError, invalid, Problem } from '../../shared/problem.ts';
import { mayGoOut } from '../../stock/devices/going-out.rules.ts';
import { findScanned } from '../../stock/devices/scan.queries.ts';
import { issueVerdict } from '../../stock/devices/scan.rules.ts';
import { type Form, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { afterScan, readScans } from '../../web/scan-list.ts';
import { offeredTerms } from '../terms/terms.queries.ts';
import { shownAgreement } from './agreement-words.view.ts';
import { askAboutClosedDay } from './due-day.queries.ts';
import { issueLoan } from './issue.commands.ts';
import type { ScannedLine as Line } from './issue-form.rules.ts';
import { handoverWays } from './loan.rules.ts';
import {
  assumedTerms,
  carry,
  itemsOf,
  mostItems,
  ownOfTerms,
  readTerms,
  startOfTerms,
  tooMany,
  whatHappened,
} from './terms.view.ts';

const query = { querystring: Type.Object({ locationId: Type.Optional(Type.String({ format: 'uuid' })) }) };
type Place = { id: string; name: string };
type Reply = { code(status: number): { page(view: string, data: object): Promise<string> } };

/** /loans/new: shared kit lent to a place, without a named borrower; the same two pages as an issue to a patient. */
export function placeIssuePages(app: App, deps: Deps): void {
  const options = { config: { action: 'loans.issue' }, schema: query } as const;

  app.get('/loans/new', options, async (request, reply) => {
    const { locationId } = request.query;
    if (locationId) return showKit(reply, await findPlace(locationId), { lines: [], typed: {} });
    const places = (await listLocations(deps.db)).filter(({ kind }) => kind !== 'repairer');
    return reply.page('lending/loans/views/place-choose.njk', { places, form: newForm() });
  });

  app.post('/loans/new', options, async (request, reply) => {
    const place = await findPlace(request.query.locationId);
    const typed = typedIn(request.body);
    const { action, labels: kit, scan } = readScans(typed, 'kit');
    const lines = await linesOf(action === 'add' && scan ? [...kit, scan] : kit);
    if (action === 'add' && scan)
      return showKit(reply, place, { ...afterScan(lines), typed: { ...typed, scan: '' } });
    if (action === 'list' || action === 'back') return showKit(reply, place, { lines, typed });
    if (action !== 'issue') {
      const errors = kitFaults(lines);
      return errors.length
        ? showKit(reply, place, { lines, typed, form: refused(typed, invalid(...errors)) })
        : showTerms(reply, place, newForm(typed), lines);
    }
    try {
      const items = itemsOf(lines);
      const terms = readTerms(typed);
      await askAboutClosedDay(deps, typed, terms.dueOn);
      const loan = await issueLoan(deps, request.ctx, { locationId: place.id, items, ...terms });
      return reply.done(`/loans/${loan.id}`, {
        text: whatHappened(loan),
        link: { href: `/loans/${loan.id}/agreement`, text: 'Print the agreement' },
      });
    } catch (error) {
      const form = refused(typed, error);
      if (!(error instanceof Problem) || error.type !== 'device-not-available')
        return showTerms(reply, place, form, lines);
      // The devices may have gone meanwhile: the verdicts are asked for again, so that they name the loan in the way.
      const text = `${error.detail ?? error.title} Take it out of the kit, or scan another.`;
      return showTerms(reply, place, { ...form, summary: [{ name: 'kit', text }] }, await linesOf(kit));
    }
  });

  /** @throws Problem `not-found` for a place that is none of ours */
  async function findPlace(id: string | undefined): Promise<Place> {
    const place = (await listLocations(deps.db)).find((one) => one.id === id && one.kind !== 'repairer');
    if (!place) throw new Problem('not-found');
    return place;
  }

  async function linesOf(codes: string[]): Promise<Line[]> {
    const found = await findScanned(deps.db, codes, {
      day: today(deps.clock),
      fits: (device) => mayGoOut(device, null),
    });
    return found.map((scan) => ({
      ...scan,
      label: scan.device?.assetTag ?? scan.code,
      verdict: issueVerdict(scan, null),
    }));
  }

  function showKit(
    reply: Reply,
    place: Place,
    { typed, form, ...kit }: { lines: Line[]; typed: Typed; form?: Form; last?: Line & { twice: boolean } },
  ) {
    return reply.code(form?.status ?? 200).page('lending/loans/views/place-kit.njk', {
      ...kit,
      place,
      carried: carry(typed, ['scan', 'kit', 'do']),
      form: form ?? newForm(typed),
    });
  }

  async function showTerms(reply: Reply, place: Place, form: Form, lines: Line[]) {
    const day = today(deps.clock);
    const [offered, agreement] = await Promise.all([
      offeredTerms(deps.db, 'location', day),
      shownAgreement(deps.db),
    ]);
    return reply.code(form.status).page('lending/loans/views/place-terms.njk', {
      place,
      lines,
      offered,
      agreement,
      handoverWays,
      assumed: assumedTerms(form.typed, offered, day),
      form: { ...form, typed: { ...startOfTerms(offered, day), ...form.typed } },
      carried: carry(form.typed, ['scan', 'kit', 'do', ...ownOfTerms]),
    });
  }
}

/** What has to be mended before the terms. */
function kitFaults(lines: Line[]): FieldError[] {
  const stopped = lines.filter(({ verdict }) => !verdict.ok).map(({ label }) => label);
  const errors: FieldError[] = [];
  if (!lines.length)
    errors.push({ pointer: '/scan', message: 'Scan or type the label of at least one device.' });
  if (lines.length > mostItems) errors.push({ pointer: '/kit', message: tooMany });
  if (stopped.length)
    errors.push({ pointer: '/kit', message: `Take out what cannot go out now: ${stopped.join(', ')}.` });
  return errors;
}
