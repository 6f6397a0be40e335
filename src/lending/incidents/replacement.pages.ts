import Type from 'typebox';
import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { withDates } from '../../shared/formats.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { invalid, toProblem } from '../../shared/problem.ts';
import { line, text } from '../../shared/schemas.ts';
import { scannedToGoOut } from '../../stock/devices/going-out.queries.ts';
import { type Form, fields, newForm } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { attachmentLimits } from '../attachments/attachment.rules.ts';
import { reportAndReplace, reportWithPhotos } from '../attachments/photo.commands.ts';
import { letGoOf, withPhotos } from '../attachments/photo.view.ts';
import { getLoan, getLoanDetails } from '../loans/loan.queries.ts';
import { incidentsOf } from './incident.queries.ts';
import { incidentWords, kindsOfIncident } from './incident.rules.ts';
import { NewIncident, type Replaced as ReplacedItem } from './incident.schemas.ts';
import { isGone } from './incident.states.ts';
import { replaceItem } from './replacement.commands.ts';
import { whyNotReplaceable } from './replacement.rules.ts';

const ItemQuery = Type.Object(
  { item: Type.Optional(Type.String({ format: 'uuid' })) },
  { additionalProperties: false },
);
const approval = Type.Optional(strictObject({ reason: text(1000) }));
const warned = Type.Optional(line(200));
const ReportForm = strictObject({
  ...NewIncident.properties,
  scan: Type.Optional(line(200)),
  approval,
  warned,
});
const ReplaceForm = strictObject({
  itemId: Type.String({ format: 'uuid' }),
  scan: line(200),
  handedIn: Type.Optional(Type.Boolean()),
  approval,
  warned,
});
const words = {
  itemId: 'Choose which device it is',
  kind: 'Choose what happened',
  reportedOn: 'Enter the day you were told',
  scan: 'Scan or type the label of the new device',
  handedIn: 'Say whether the old device is here',
};

/** /loans/:id/incidents/new and /loans/:id/replace: a kind form, with the replacement in the same step. */
export function replacementPages(app: App, deps: Deps): void {
  const page = { action: 'incidents.report', params: idParams, querystring: ItemQuery } as const;

  formPage(app, '/loans/:id/incidents/new', {
    ...page,
    upload: attachmentLimits,
    view: 'lending/incidents/views/new.njk',
    async show(sent, { ctx, params, query: { item }, uploads }, error) {
      const begun = {
        happenedOn: today(deps.clock),
        reportedOn: today(deps.clock),
        ...(item && { itemId: item }),
      };
      const form = sent ? atTheDevice(sent, error) : newForm(begun);
      return { ...(await view(ctx, params.id, form)), letGo: letGoOf(uploads) };
    },
    async take(typed, { ctx, params: { id }, uploads }) {
      const [{ scan, approval, warned, ...report }, chosen] = await withPhotos(typed, uploads, () =>
        fields(ReportForm, isGone.of(String(typed.kind)) ? { ...typed, handedIn: '' } : typed, words),
      );
      const photos = chosen.get('photos') ?? [];
      if (!scan) {
        const incident = await reportWithPhotos(deps, ctx, id, { report, photos });
        return {
          href: `/incidents/${incident.id}`,
          text: `Incident ${incident.reference} is written down. Thank the person for telling us.`,
          link: { href: `/loans/${id}/replace?item=${report.itemId}`, text: 'Replace the device' },
        };
      }
      const deviceId = await deviceOf(scan, warned);
      const { incident, replaced } = await reportAndReplace(deps, ctx, id, {
        report,
        replacement: { deviceId, ...(approval && { approval }) },
        photos,
      });
      return { href: `/incidents/${incident.id}`, ...whatHappened(replaced) };
    },
  });

  formPage(app, '/loans/:id/replace', {
    ...page,
    view: 'lending/incidents/views/replace.njk',
    show: (sent, { ctx, params, query: { item } }, error) =>
      view(ctx, params.id, sent ? atTheDevice(sent, error) : newForm(item ? { itemId: item } : {})),
    async take(typed, { ctx, params: { id } }) {
      const { scan, warned, ...replacement } = fields(ReplaceForm, typed, words);
      if (replacement.handedIn === undefined) await assertEnded(id, replacement.itemId);
      const deviceId = await deviceOf(scan, warned);
      const replaced = await replaceItem(deps, ctx, id, { ...replacement, deviceId });
      return { href: `/loans/${id}`, ...whatHappened(replaced) };
    },
  });

  /** @throws Problem `invalid` when it is not said where a device is that someone still has */
  async function assertEnded(loanId: string, itemId: string): Promise<void> {
    const { items } = await getLoanDetails(deps.db, loanId);
    if (items.some(({ id, endedOn }) => id === itemId && !endedOn))
      throw invalid({ pointer: '/handedIn', message: words.handedIn });
  }

  const deviceOf = (scan: string, warned: string | undefined): Promise<string> =>
    scannedToGoOut(deps.db, scan, {
      day: today(deps.clock),
      fits: ({ status }) => status === 'ready' || status === 'reserved',
      warned,
      anyway: 'to take it all the same',
    });

  async function view(ctx: Context, id: string, form: Form) {
    const [loan, { items }] = await Promise.all([
      getLoan(deps.db, deps.clock, id),
      getLoanDetails(deps.db, id),
    ]);
    const earlier = loan.patient ? await incidentsOf(deps.db, loan.patient.id) : [];
    if (loan.patient) await logAccess(deps, ctx, loan.patient.id, 'loan');
    const replaced = new Set(items.flatMap(({ replacesItemId }) => replacesItemId ?? []));
    return {
      loan,
      form,
      earlier,
      needsApproval: form.errors['approval.reason'] !== undefined,
      out: items.filter(({ endedOn }) => !endedOn),
      replaceable: items.filter((item) => !whyNotReplaceable({ ...item, replaced: replaced.has(item.id) })),
      kinds: kindsOfIncident,
      incidentWords,
    };
  }
}

/** A refused form; a refusal of the new device, or one that wants a manager, at the field that it is about. */
function atTheDevice(form: Form, error: unknown): Form {
  const [first] = form.summary;
  if (!first || first.name) return form;
  const name = toProblem(error).type === 'replacement-needs-approval' ? 'approval.reason' : 'scan';
  return { ...form, errors: { [name]: first.text }, summary: [{ name, text: first.text }] };
}

function whatHappened({ item, replaced, dataPlan, warnings }: ReplacedItem) {
  const old = replaced.deviceStatus === 'due_back' ? `${replaced.assetTag} is now due back.` : '';
  const plan = dataPlan === 'moved' ? 'Its data plan went over with it.' : '';
  return {
    text: [`${replaced.assetTag} is replaced by ${item.assetTag}.`, old, plan, ...warnings.map(withDates)]
      .filter(Boolean)
      .join(' '),
    link: { href: `/devices/${item.deviceId}`, text: `See ${item.assetTag}` },
  };
}
