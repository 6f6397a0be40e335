import { clientEvents } from './access/client.events.ts';
import { staffEvents } from './access/staff.events.ts';
import { attachmentEvents } from './lending/attachments/attachment.events.ts';
import { foundEvents } from './lending/found/found.events.ts';
import { incidentEvents } from './lending/incidents/incident.events.ts';
import { extensionEvents } from './lending/loans/extension.events.ts';
import { loanEvents } from './lending/loans/loan.events.ts';
import { lendingEvents } from './lending/terms/lending.events.ts';
import { announcementEvents } from './messages/announcement.events.ts';
import { messageEvents } from './messages/message.events.ts';
import { renderingEvents } from './messages/renderings/rendering.events.ts';
import { templateEvents } from './messages/template.events.ts';
import { costEvents } from './office/costs/cost.events.ts';
import { jobEvents } from './office/nightly/job.events.ts';
import { reportEvents } from './office/reports/report.events.ts';
import { equalityEvents } from './people/equality/equality.events.ts';
import { patientEvents } from './people/patient.events.ts';
import { noticeEvents } from './privacy/notices/notice.events.ts';
import { privacyEvents } from './privacy/privacy.events.ts';
import { allocationEvents } from './referrals/allocations/allocation.events.ts';
import { formLinkEvents } from './referrals/hosted-form/form-link.events.ts';
import { referralEvents } from './referrals/referral.events.ts';
import { treeEvents } from './referrals/tree.events.ts';
import { webhookEvents } from './referrals/webhooks/webhook.events.ts';
import { calendarEvents } from './scheme/calendar/calendar.events.ts';
import { organisationEvents } from './scheme/organisations/organisation.events.ts';
import { schemeEvents } from './scheme/scheme.events.ts';
import { allEvents, type ValuesOf } from './shared/event-definitions.ts';
import { accessoryEvents } from './stock/accessories/accessory.events.ts';
import { dataPlanEvents } from './stock/data-plans/data-plan.events.ts';
import { dataOfferEvents } from './stock/data-plans/offer.events.ts';
import { checkEvents } from './stock/devices/check.events.ts';
import { deviceEvents } from './stock/devices/device.events.ts';
import { disposalEvents } from './stock/devices/disposal.events.ts';
import { repairEvents } from './stock/devices/repair.events.ts';
import { donationEvents } from './stock/donations/donation.events.ts';
import { kitEvents } from './stock/kits/kit.events.ts';
import { modelEvents } from './stock/models/model.events.ts';
import { stocktakeEvents } from './stock/stocktakes/stocktake.events.ts';
import { dropInEvents } from './support/drop-in.events.ts';
import { followUpEvents } from './support/follow-up.events.ts';
import { guideEvents } from './support/guide.events.ts';
import { measureEvents } from './support/measures/measure.events.ts';
import { supportPlanEvents } from './support/plan.events.ts';
import { storyEvents } from './support/stories/story.events.ts';
import { taskEvents } from './tasks/task.events.ts';
import { listEvents } from './web/list.events.ts';

/** Everything that can happen, by its type: what of it is logged, and its sentence. A new `*.events.ts` is named here. */
export const events = allEvents(
  accessoryEvents,
  allocationEvents,
  announcementEvents,
  attachmentEvents,
  calendarEvents,
  checkEvents,
  clientEvents,
  costEvents,
  dataOfferEvents,
  dataPlanEvents,
  deviceEvents,
  disposalEvents,
  donationEvents,
  dropInEvents,
  equalityEvents,
  extensionEvents,
  followUpEvents,
  formLinkEvents,
  foundEvents,
  guideEvents,
  incidentEvents,
  jobEvents,
  kitEvents,
  lendingEvents,
  listEvents,
  loanEvents,
  measureEvents,
  messageEvents,
  modelEvents,
  noticeEvents,
  organisationEvents,
  patientEvents,
  privacyEvents,
  referralEvents,
  renderingEvents,
  repairEvents,
  reportEvents,
  schemeEvents,
  staffEvents,
  stocktakeEvents,
  storyEvents,
  supportPlanEvents,
  taskEvents,
  templateEvents,
  treeEvents,
  webhookEvents,
);

/** The values that may be logged of each type of event. */
export type EventValues = ValuesOf<typeof events>;
