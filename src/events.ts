import { clientEvents } from './access/client.events.ts';
import { staffEvents } from './access/staff.events.ts';
import { accessoryEvents } from './accessories/accessory.events.ts';
import { listEvents } from './admin/list.events.ts';
import { allocationEvents } from './allocations/allocation.events.ts';
import { calendarEvents } from './calendar/calendar.events.ts';
import { dataPlanEvents } from './data-plans/data-plan.events.ts';
import { dataOfferEvents } from './data-plans/offer.events.ts';
import { checkEvents } from './devices/check.events.ts';
import { deviceEvents } from './devices/device.events.ts';
import { disposalEvents } from './devices/disposal.events.ts';
import { repairEvents } from './devices/repair.events.ts';
import { donationEvents } from './donations/donation.events.ts';
import { formLinkEvents } from './hosted-form/form-link.events.ts';
import { incidentEvents } from './incidents/incident.events.ts';
import { kitEvents } from './kits/kit.events.ts';
import { lendingEvents } from './lending/lending.events.ts';
import { extensionEvents } from './loans/extension.events.ts';
import { loanEvents } from './loans/loan.events.ts';
import { messageEvents } from './messages/message.events.ts';
import { templateEvents } from './messages/template.events.ts';
import { jobEvents } from './nightly/job.events.ts';
import { organisationEvents } from './organisations/organisation.events.ts';
import { patientEvents } from './patients/patient.events.ts';
import { privacyEvents } from './privacy/privacy.events.ts';
import { referralEvents } from './referrals/referral.events.ts';
import { reportEvents } from './reports/report.events.ts';
import { schemeEvents } from './scheme/scheme.events.ts';
import { allEvents, type ValuesOf } from './shared/event-definitions.ts';
import { stocktakeEvents } from './stocktakes/stocktake.events.ts';
import { dropInEvents } from './support/drop-in.events.ts';
import { followUpEvents } from './support/follow-up.events.ts';
import { supportPlanEvents } from './support/plan.events.ts';
import { taskEvents } from './tasks/task.events.ts';
import { webhookEvents } from './webhooks/webhook.events.ts';

/** Everything that can happen, by its type: what of it is logged, and its sentence. A new `*.events.ts` is named here. */
export const events = allEvents(
  accessoryEvents,
  allocationEvents,
  calendarEvents,
  checkEvents,
  clientEvents,
  dataOfferEvents,
  dataPlanEvents,
  deviceEvents,
  disposalEvents,
  donationEvents,
  dropInEvents,
  extensionEvents,
  followUpEvents,
  formLinkEvents,
  incidentEvents,
  jobEvents,
  kitEvents,
  lendingEvents,
  listEvents,
  loanEvents,
  messageEvents,
  organisationEvents,
  patientEvents,
  privacyEvents,
  referralEvents,
  repairEvents,
  reportEvents,
  schemeEvents,
  staffEvents,
  stocktakeEvents,
  supportPlanEvents,
  taskEvents,
  templateEvents,
  webhookEvents,
);

/** The values that may be logged of each type of event. */
export type EventValues = ValuesOf<typeof events>;
