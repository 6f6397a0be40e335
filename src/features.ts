import { accessPages } from './access/access.pages.ts';
import { clientPages } from './access/client.pages.ts';
import { clientRoutes } from './access/client.routes.ts';
import { passwordPages } from './access/password.pages.ts';
import { staffPages } from './access/staff.pages.ts';
import { staffRoutes } from './access/staff.routes.ts';
import { accessoryPages } from './accessories/accessory.pages.ts';
import { accessoryRoutes } from './accessories/accessory.routes.ts';
import { helpPages } from './admin/help.pages.ts';
import { homePages } from './admin/home.pages.ts';
import { homeRoutes } from './admin/home.routes.ts';
import { settingsPages } from './admin/settings.pages.ts';
import { allocationPages } from './allocations/allocation.pages.ts';
import { allocationRoutes } from './allocations/allocation.routes.ts';
import { waitingListPages } from './allocations/waiting-list.pages.ts';
import { waitingListRoutes } from './allocations/waiting-list.routes.ts';
import { eventRoutes } from './audit/event.routes.ts';
import { calendarPages } from './calendar/calendar.pages.ts';
import { calendarRoutes } from './calendar/calendar.routes.ts';
import { dataPlanPages } from './data-plans/data-plan.pages.ts';
import { dataPlanRoutes } from './data-plans/data-plan.routes.ts';
import { offerPages } from './data-plans/offer.pages.ts';
import { offerRoutes } from './data-plans/offer.routes.ts';
import { benchPages } from './devices/bench.pages.ts';
import { certificatePages } from './devices/certificate.pages.ts';
import { checkRoutes } from './devices/check.routes.ts';
import { devicePages } from './devices/device.pages.ts';
import { deviceRoutes } from './devices/device.routes.ts';
import { disposalPages } from './devices/disposal.pages.ts';
import { disposalRoutes } from './devices/disposal.routes.ts';
import { movePages } from './devices/move.pages.ts';
import { moveRoutes } from './devices/move.routes.ts';
import { repairPages } from './devices/repair.pages.ts';
import { repairRoutes } from './devices/repair.routes.ts';
import { requiredCheckPages } from './devices/required-check.pages.ts';
import { donationPages } from './donations/donation.pages.ts';
import { donationRoutes } from './donations/donation.routes.ts';
import { importPages } from './donations/import.pages.ts';
import { answerLinkPages } from './hosted-form/answer-link.pages.ts';
import { formLinkPages } from './hosted-form/form-link.pages.ts';
import { formLinkRoutes } from './hosted-form/form-link.routes.ts';
import { hostedFormPages } from './hosted-form/hosted-form.pages.ts';
import { incidentPages } from './incidents/incident.pages.ts';
import { incidentRoutes } from './incidents/incident.routes.ts';
import { replacementPages } from './incidents/replacement.pages.ts';
import { kitPages } from './kits/kit.pages.ts';
import { kitRoutes } from './kits/kit.routes.ts';
import { labelPages } from './labels/label.pages.ts';
import { labelRoutes } from './labels/label.routes.ts';
import { agreementPages } from './lending/agreement.pages.ts';
import { lendingRoutes } from './lending/lending.routes.ts';
import { policyPages } from './lending/policy.pages.ts';
import { termsPages } from './lending/terms.pages.ts';
import { bulkReturnPages } from './loans/bulk-return.pages.ts';
import { extensionPages } from './loans/extension.pages.ts';
import { extensionRoutes } from './loans/extension.routes.ts';
import { giftPages } from './loans/gift.pages.ts';
import { holderRoutes } from './loans/holder.routes.ts';
import { issuePages } from './loans/issue.pages.ts';
import { loanPages } from './loans/loan.pages.ts';
import { loanRoutes } from './loans/loan.routes.ts';
import { loanAccessoryPages } from './loans/loan-accessory.pages.ts';
import { placeIssuePages } from './loans/place-issue.pages.ts';
import { returnPages } from './loans/return.pages.ts';
import { takeOverPages } from './loans/take-over.pages.ts';
import { takeOverRoutes } from './loans/take-over.routes.ts';
import { callbackRoutes } from './messages/callback.routes.ts';
import { inboundPages } from './messages/inbound.pages.ts';
import { messagePages } from './messages/message.pages.ts';
import { messageRoutes } from './messages/message.routes.ts';
import { templatePages } from './messages/template.pages.ts';
import { templateRoutes } from './messages/template.routes.ts';
import { jobPages } from './nightly/job-run.pages.ts';
import { jobRunRoutes } from './nightly/job-run.routes.ts';
import { clinicPages } from './organisations/clinic.pages.ts';
import { locationPages } from './organisations/location.pages.ts';
import { locationRoutes } from './organisations/location.routes.ts';
import { organisationRoutes } from './organisations/organisation.routes.ts';
import { patientLinkPages } from './patient-links/link.pages.ts';
import { changePatientPages } from './patients/change.pages.ts';
import { contactPointPages } from './patients/contact-point.pages.ts';
import { contactStatePages } from './patients/contact-state.pages.ts';
import { mergePages } from './patients/merge.pages.ts';
import { mergeRoutes } from './patients/merge.routes.ts';
import { patientPages } from './patients/patient.pages.ts';
import { patientRoutes } from './patients/patient.routes.ts';
import { privacyPages } from './privacy/privacy.pages.ts';
import { privacyRoutes } from './privacy/privacy.routes.ts';
import { retentionPages } from './privacy/retention.pages.ts';
import { retentionRoutes } from './privacy/retention.routes.ts';
import { assessmentPages } from './referrals/assessment.pages.ts';
import { assessmentRoutes } from './referrals/assessment.routes.ts';
import { consentPages } from './referrals/consent.pages.ts';
import { consentRoutes } from './referrals/consent.routes.ts';
import { newReferralPages } from './referrals/new-referral.pages.ts';
import { progressPages } from './referrals/progress.pages.ts';
import { proposalPages } from './referrals/proposal.pages.ts';
import { proposalRoutes } from './referrals/proposal.routes.ts';
import { queuePages } from './referrals/queue.pages.ts';
import { referralPages } from './referrals/referral.pages.ts';
import { referralRoutes } from './referrals/referral.routes.ts';
import { signpostPages } from './referrals/signpost.pages.ts';
import { signpostRoutes } from './referrals/signpost.routes.ts';
import { triagePages } from './referrals/triage.pages.ts';
import { triageRoutes } from './referrals/triage.routes.ts';
import { reportPages } from './reports/report.pages.ts';
import { reportRoutes } from './reports/report.routes.ts';
import { schemePages } from './scheme/scheme.pages.ts';
import { schemeRoutes } from './scheme/scheme.routes.ts';
import type { Deps } from './shared/deps.ts';
import type { App } from './shared/http.ts';
import { stocktakePages } from './stocktakes/stocktake.pages.ts';
import { stocktakeRoutes } from './stocktakes/stocktake.routes.ts';
import { assignmentRoutes } from './support/assignment.routes.ts';
import { diaryPages } from './support/diary.pages.ts';
import { dropInPages } from './support/drop-in.pages.ts';
import { dropInRoutes } from './support/drop-in.routes.ts';
import { followUpPages } from './support/follow-up.pages.ts';
import { followUpRoutes } from './support/follow-up.routes.ts';
import { patientPlanPages } from './support/patient-plan.pages.ts';
import { planPages } from './support/plan.pages.ts';
import { planRoutes } from './support/plan.routes.ts';
import { weekPages } from './support/week.pages.ts';
import { taskPages } from './tasks/task.pages.ts';
import { taskRoutes } from './tasks/task.routes.ts';
import { webhookPages } from './webhooks/webhook.pages.ts';
import { webhookRoutes } from './webhooks/webhook.routes.ts';

type Feature = (app: App, deps: Deps) => void;

/** Each feature's routes of the API, below /api/v1. */
export const apiFeatures: Feature[] = [
  homeRoutes,
  organisationRoutes,
  formLinkRoutes,
  donationRoutes,
  deviceRoutes,
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
  signpostRoutes,
  waitingListRoutes,
  allocationRoutes,
  patientRoutes,
  mergeRoutes,
  privacyRoutes,
  retentionRoutes,
  loanRoutes,
  incidentRoutes,
  extensionRoutes,
  schemeRoutes,
  lendingRoutes,
  calendarRoutes,
  takeOverRoutes,
  followUpRoutes,
  assignmentRoutes,
  dropInRoutes,
  planRoutes,
  messageRoutes,
  templateRoutes,
  callbackRoutes,
  taskRoutes,
  webhookRoutes,
  clientRoutes,
  staffRoutes,
  reportRoutes,
  jobRunRoutes,
  eventRoutes,
];

/** Each feature's pages. */
export const pageFeatures: Feature[] = [
  accessPages,
  homePages,
  donationPages,
  importPages,
  devicePages,
  movePages,
  repairPages,
  disposalPages,
  locationPages,
  stocktakePages,
  labelPages,
  dataPlanPages,
  offerPages,
  accessoryPages,
  kitPages,
  certificatePages,
  requiredCheckPages,
  benchPages,
  newReferralPages,
  queuePages,
  referralPages,
  progressPages,
  proposalPages,
  triagePages,
  consentPages,
  assessmentPages,
  signpostPages,
  waitingListPages,
  allocationPages,
  issuePages,
  loanPages,
  extensionPages,
  giftPages,
  placeIssuePages,
  takeOverPages,
  returnPages,
  bulkReturnPages,
  incidentPages,
  replacementPages,
  loanAccessoryPages,
  mergePages,
  privacyPages,
  retentionPages,
  patientPages,
  contactStatePages,
  contactPointPages,
  changePatientPages,
  diaryPages,
  weekPages,
  dropInPages,
  followUpPages,
  planPages,
  patientPlanPages,
  messagePages,
  inboundPages,
  templatePages,
  taskPages,
  formLinkPages,
  hostedFormPages,
  answerLinkPages,
  patientLinkPages,
  reportPages,
  helpPages,
  settingsPages,
  schemePages,
  staffPages,
  passwordPages,
  clinicPages,
  clientPages,
  webhookPages,
  termsPages,
  agreementPages,
  jobPages,
  policyPages,
  calendarPages,
];
