import { clientRoutes } from './access/client.routes.ts';
import { staffRoutes } from './access/staff.routes.ts';
import { mergeRoutes } from './identity/merge.routes.ts';
import { attachmentRoutes } from './lending/attachments/attachment.routes.ts';
import { incidentRoutes } from './lending/incidents/incident.routes.ts';
import { extensionRoutes } from './lending/loans/extension.routes.ts';
import { holderRoutes } from './lending/loans/holder.routes.ts';
import { loanRoutes } from './lending/loans/loan.routes.ts';
import { puttingRightRoutes } from './lending/loans/putting-right.routes.ts';
import { takeOverRoutes } from './lending/loans/take-over.routes.ts';
import { lendingRoutes } from './lending/terms/lending.routes.ts';
import { callbackRoutes } from './messages/callback.routes.ts';
import { messageRoutes } from './messages/message.routes.ts';
import { renderingRoutes } from './messages/renderings/rendering.routes.ts';
import { templateRoutes } from './messages/template.routes.ts';
import { eventRoutes } from './office/audit/event.routes.ts';
import { costRoutes } from './office/costs/cost.routes.ts';
import { forecastRoutes } from './office/forecast/forecast.routes.ts';
import { homeRoutes } from './office/home.routes.ts';
import { jobRunRoutes } from './office/nightly/job-run.routes.ts';
import { paperRoutes } from './office/reports/paper.routes.ts';
import { reportRoutes } from './office/reports/report.routes.ts';
import { securityRoutes } from './office/security/security.routes.ts';
import { equalityRoutes } from './people/equality/equality.routes.ts';
import { populationRoutes } from './people/equality/population.routes.ts';
import { patientRoutes } from './people/patient.routes.ts';
import { noticeRoutes } from './privacy/notices/notice.routes.ts';
import { privacyRoutes } from './privacy/privacy.routes.ts';
import { retentionRoutes } from './privacy/retention.routes.ts';
import { allocationRoutes } from './referrals/allocations/allocation.routes.ts';
import { waitingListRoutes } from './referrals/allocations/waiting-list.routes.ts';
import { assessmentRoutes } from './referrals/assessment.routes.ts';
import { consentRoutes } from './referrals/consent.routes.ts';
import { formLinkRoutes } from './referrals/hosted-form/form-link.routes.ts';
import { proposalRoutes } from './referrals/proposal.routes.ts';
import { referralRoutes } from './referrals/referral.routes.ts';
import { replayRoutes } from './referrals/replay.routes.ts';
import { treeRoutes } from './referrals/tree.routes.ts';
import { triageRoutes } from './referrals/triage.routes.ts';
import { webhookRoutes } from './referrals/webhooks/webhook.routes.ts';
import { calendarRoutes } from './scheme/calendar/calendar.routes.ts';
import { locationRoutes } from './scheme/organisations/location.routes.ts';
import { organisationRoutes } from './scheme/organisations/organisation.routes.ts';
import { schemeRoutes } from './scheme/scheme.routes.ts';
import type { Deps } from './shared/deps.ts';
import type { App } from './shared/http.ts';
import { accessoryRoutes } from './stock/accessories/accessory.routes.ts';
import { dataPlanRoutes } from './stock/data-plans/data-plan.routes.ts';
import { offerRoutes } from './stock/data-plans/offer.routes.ts';
import { checkRoutes } from './stock/devices/check.routes.ts';
import { deviceRoutes } from './stock/devices/device.routes.ts';
import { disposalRoutes } from './stock/devices/disposal.routes.ts';
import { moveRoutes } from './stock/devices/move.routes.ts';
import { repairRoutes } from './stock/devices/repair.routes.ts';
import { deviceChangeRoutes } from './stock/donations/device-change.routes.ts';
import { donationRoutes } from './stock/donations/donation.routes.ts';
import { kitRoutes } from './stock/kits/kit.routes.ts';
import { labelRoutes } from './stock/labels/label.routes.ts';
import { modelRoutes } from './stock/models/model.routes.ts';
import { stocktakeRoutes } from './stock/stocktakes/stocktake.routes.ts';
import { assignmentRoutes } from './support/assignment.routes.ts';
import { dropInRoutes } from './support/drop-in.routes.ts';
import { followUpRoutes } from './support/follow-up.routes.ts';
import { guideRoutes } from './support/guide.routes.ts';
import { measureRoutes } from './support/measures/measure.routes.ts';
import { planRoutes } from './support/plan.routes.ts';
import { storyRoutes } from './support/stories/story.routes.ts';
import { taskRoutes } from './tasks/task.routes.ts';

/** Each feature's routes of the API, below /api/v1. */
export const apiFeatures: ((app: App, deps: Deps) => void)[] = [
  homeRoutes,
  organisationRoutes,
  formLinkRoutes,
  donationRoutes,
  deviceRoutes,
  deviceChangeRoutes,
  modelRoutes,
  moveRoutes,
  repairRoutes,
  disposalRoutes,
  holderRoutes,
  locationRoutes,
  stocktakeRoutes,
  labelRoutes,
  checkRoutes,
  dataPlanRoutes,
  offerRoutes,
  accessoryRoutes,
  kitRoutes,
  referralRoutes,
  proposalRoutes,
  triageRoutes,
  consentRoutes,
  assessmentRoutes,
  treeRoutes,
  replayRoutes,
  waitingListRoutes,
  allocationRoutes,
  patientRoutes,
  equalityRoutes,
  mergeRoutes,
  privacyRoutes,
  retentionRoutes,
  loanRoutes,
  puttingRightRoutes,
  incidentRoutes,
  attachmentRoutes,
  extensionRoutes,
  schemeRoutes,
  noticeRoutes,
  populationRoutes,
  lendingRoutes,
  calendarRoutes,
  takeOverRoutes,
  followUpRoutes,
  assignmentRoutes,
  dropInRoutes,
  guideRoutes,
  planRoutes,
  measureRoutes,
  storyRoutes,
  messageRoutes,
  templateRoutes,
  renderingRoutes,
  callbackRoutes,
  taskRoutes,
  webhookRoutes,
  clientRoutes,
  staffRoutes,
  securityRoutes,
  reportRoutes,
  paperRoutes,
  forecastRoutes,
  costRoutes,
  jobRunRoutes,
  eventRoutes,
];
