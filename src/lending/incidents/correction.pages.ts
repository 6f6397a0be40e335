import { may } from '../../access/permissions.ts';
import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { takeBackPage } from '../../web/take-back.ts';
import { correctIncident } from './correction.commands.ts';
import { getIncident } from './incident.queries.ts';
import { incidentKinds, incidentWords } from './incident.rules.ts';
import { type Incident, NewIncident } from './incident.schemas.ts';
import { takeBackReport } from './report-back.commands.ts';
import { getReportToTakeBack } from './report-back.queries.ts';
import { whyReportStays } from './report-back.rules.ts';

const { itemId: _itemId, ...said } = NewIncident.properties;
/** A form says everything, an API what changes. */
const CorrectionForm = strictObject(said);
const words = { kind: 'Choose what happened', reportedOn: 'Enter the day you were told' };

/** /incidents/:id/corrections and /incidents/:id/takings-back: what was written down wrong of an incident is put right, or its report is taken back. */
export function incidentCorrectionPages(app: App, deps: Deps): void {
  formPage(app, '/incidents/:id/corrections', {
    action: 'incidents.report',
    params: idParams,
    view: 'lending/incidents/views/correct.njk',
    show: (sent, { ctx, params }) => view(ctx, params.id, sent),
    async take({ version, ...typed }, { ctx, params: { id } }) {
      const given = fields(CorrectionForm, typed, words);
      await correctIncident(deps, { ...ctx, ifMatch: String(version ?? '') }, id, {
        account: null,
        crimeReference: null,
        happenedOn: null,
        ...given,
      });
      return { href: `/incidents/${id}`, text: 'The incident is put right.' };
    },
  });

  takeBackPage(app, '/incidents/:id/takings-back', {
    action: 'incidents.report',
    async show({ ctx, params }) {
      const now = await getReportToTakeBack(deps.db, params.id, timestamp(deps.clock));
      const { assetTag, reference, kind, status, endedAt } = now;
      return {
        what: `“${incidentWords[kind]}”`,
        caption: `Incident ${reference}, ${assetTag}`,
        text: endedAt
          ? 'The device is out on its loan again as before, and nothing is asked for it any more.'
          : 'The device stays where it is, and nothing is asked for it any more.',
        back: { href: `/incidents/${params.id}`, text: `Incident ${reference}` },
        why:
          status === 'recorded_by_mistake'
            ? 'This report is taken back already.'
            : whyReportStays(now, { mayLate: may(ctx.actor, 'loans.take-back-late') }),
      };
    },
    async take(given, { ctx, params: { id } }) {
      const { reference, device, warnings } = await takeBackReport(deps, ctx, id, given);
      const out = device.status === 'on_loan' ? ` ${device.assetTag} is out on its loan.` : '';
      return {
        href: `/incidents/${id}`,
        text: [`Incident ${reference} is taken back as recorded by mistake.${out}`, ...warnings].join(' '),
      };
    },
  });

  async function view(ctx: Context, id: string, sent?: Form) {
    const incident = await getIncident(deps.db, id);
    if (incident.patient) await logAccess(deps, ctx, incident.patient.id, 'incident');
    const form = besideTheOther(sent, typedOf(incident));
    return {
      form,
      incident,
      version: versionToSend(form, etagOf(id, incident.changedAt)),
      kinds: incidentKinds.map((value) => ({ value, text: incidentWords[value] })),
    };
  }
}

function typedOf({ kind, reportedOn, happenedOn, account, crimeReference, handedIn }: Incident): Typed {
  return {
    kind,
    reportedOn,
    // It is the day they were told where no other was said.
    happenedOn: happenedOn === reportedOn ? '' : happenedOn,
    account: account ?? '',
    crimeReference: crimeReference ?? '',
    handedIn: handedIn ? 'yes' : 'no',
  };
}
