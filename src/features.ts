import { accessPages } from './access/access.pages.ts';
import { clientPages } from './access/client.pages.ts';
import { clientRoutes } from './access/client.routes.ts';
import { passwordPages } from './access/password.pages.ts';
import { staffPages } from './access/staff.pages.ts';
import { staffRoutes } from './access/staff.routes.ts';
import { contactStatePages } from './identity/contact-state.pages.ts';
import { mergePages } from './identity/merge.pages.ts';
import { mergeRoutes } from './identity/merge.routes.ts';
import { attachmentPages } from './lending/attachments/attachment.pages.ts';
import { attachmentRoutes } from './lending/attachments/attachment.routes.ts';
import { incidentCorrectionPages } from './lending/incidents/correction.pages.ts';
import { incidentPages } from './lending/incidents/incident.pages.ts';
import { incidentRoutes } from './lending/incidents/incident.routes.ts';
import { replacementPages } from './lending/incidents/replacement.pages.ts';
import { bulkReturnPages } from './lending/loans/bulk-return.pages.ts';
import { extensionPages } from './lending/loans/extension.pages.ts';
import { extensionRoutes } from './lending/loans/extension.routes.ts';
import { giftPages } from './lending/loans/gift.pages.ts';
import { holderRoutes } from './lending/loans/holder.routes.ts';
import { issuePages } from './lending/loans/issue.pages.ts';
import { loanPages } from './lending/loans/loan.pages.ts';
import { loanRoutes } from './lending/loans/loan.routes.ts';
import { loanAccessoryPages } from './lending/loans/loan-accessory.pages.ts';
import { placeIssuePages } from './lending/loans/place-issue.pages.ts';
import { returnPages } from './lending/loans/return.pages.ts';
import { takeOverPages } from './lending/loans/take-over.pages.ts';
import { takeOverRoutes } from './lending/loans/take-over.routes.ts';
import { agreementPages } from './lending/terms/agreement.pages.ts';
import { lendingRoutes } from './lending/terms/lending.routes.ts';
import { policyPages } from './lending/terms/policy.pages.ts';
import { termsPages } from './lending/terms/terms.pages.ts';
import { callbackRoutes } from './messages/callback.routes.ts';
import { inboundPages } from './messages/inbound.pages.ts';
import { messagePages } from './messages/message.pages.ts';
import { messageRoutes } from './messages/message.routes.ts';
import { patientLinkPages } from './messages/patient-links/link.pages.ts';
import { templatePages } from './messages/template.pages.ts';
import { templateRoutes } from './messages/template.routes.ts';
import { eventRoutes } from './office/audit/event.routes.ts';
import { helpPages } from './office/help.pages.ts';
import { homePages } from './office/home.pages.ts';
import { homeRoutes } from './office/home.routes.ts';
import { jobPages } from './office/nightly/job-run.pages.ts';
import { jobRunRoutes } from './office/nightly/job-run.routes.ts';
import { reportPages } from './office/reports/report.pages.ts';
import { reportRoutes } from './office/reports/report.routes.ts';
import { settingsPages } from './office/settings.pages.ts';
import { changePatientPages } from './people/change.pages.ts';
import { contactPointPages } from './people/contact-point.pages.ts';
import { patientPages } from './people/patient.pages.ts';
import { patientRoutes } from './people/patient.routes.ts';
import { privacyPages } from './privacy/privacy.pages.ts';
import { privacyRoutes } from './privacy/privacy.routes.ts';
import { retentionPages } from './privacy/retention.pages.ts';
import { retentionRoutes } from './privacy/retention.routes.ts';
import { allocationPages } from './referrals/allocations/allocation.pages.ts';
import { allocationRoutes } from './referrals/allocations/allocation.routes.ts';
import { waitingListPages } from './referrals/allocations/waiting-list.pages.ts';
import { waitingListRoutes } from './referrals/allocations/waiting-list.routes.ts';
import { assessmentPages } from './referrals/assessment.pages.ts';
import { assessmentRoutes } from './referrals/assessment.routes.ts';
import { consentPages } from './referrals/consent.pages.ts';
import { consentRoutes } from './referrals/consent.routes.ts';
import { correctionPages } from './referrals/correction.pages.ts';
import { answerLinkPages } from './referrals/hosted-form/answer-link.pages.ts';
import { formLinkPages } from './referrals/hosted-form/form-link.pages.ts';
import { formLinkRoutes } from './referrals/hosted-form/form-link.routes.ts';
import { hostedFormPages } from './referrals/hosted-form/hosted-form.pages.ts';
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
import { webhookPages } from './referrals/webhooks/webhook.pages.ts';
import { webhookRoutes } from './referrals/webhooks/webhook.routes.ts';
import { calendarPages } from './scheme/calendar/calendar.pages.ts';
import { calendarRoutes } from './scheme/calendar/calendar.routes.ts';
import { clinicPages } from './scheme/organisations/clinic.pages.ts';
import { locationPages } from './scheme/organisations/location.pages.ts';
import { locationRoutes } from './scheme/organisations/location.routes.ts';
import { organisationRoutes } from './scheme/organisations/organisation.routes.ts';
import { schemePages } from './scheme/scheme.pages.ts';
import { schemeRoutes } from './scheme/scheme.routes.ts';
import type { Deps } from './shared/deps.ts';
import type { App } from './shared/http.ts';
import { accessoryPages } from './stock/accessories/accessory.pages.ts';
import { accessoryRoutes } from './stock/accessories/accessory.routes.ts';
import { changePlanPages } from './stock/data-plans/change.pages.ts';
import { dataPlanPages } from './stock/data-plans/data-plan.pages.ts';
import { dataPlanRoutes } from './stock/data-plans/data-plan.routes.ts';
import { offerPages } from './stock/data-plans/offer.pages.ts';
import { offerRoutes } from './stock/data-plans/offer.routes.ts';
import { benchPages } from './stock/devices/bench.pages.ts';
import { certificatePages } from './stock/devices/certificate.pages.ts';
import { checkRoutes } from './stock/devices/check.routes.ts';
import { checkBackPages } from './stock/devices/check-back.pages.ts';
import { devicePages } from './stock/devices/device.pages.ts';
import { deviceRoutes } from './stock/devices/device.routes.ts';
import { disposalPages } from './stock/devices/disposal.pages.ts';
import { disposalRoutes } from './stock/devices/disposal.routes.ts';
import { movePages } from './stock/devices/move.pages.ts';
import { moveRoutes } from './stock/devices/move.routes.ts';
import { repairPages } from './stock/devices/repair.pages.ts';
import { repairRoutes } from './stock/devices/repair.routes.ts';
import { requiredCheckPages } from './stock/devices/required-check.pages.ts';
import { changeDonationPages } from './stock/donations/change.pages.ts';
import { deviceChangePages } from './stock/donations/device-change.pages.ts';
import { deviceChangeRoutes } from './stock/donations/device-change.routes.ts';
import { donationPages } from './stock/donations/donation.pages.ts';
import { donationRoutes } from './stock/donations/donation.routes.ts';
import { importPages } from './stock/donations/import.pages.ts';
import { kitPages } from './stock/kits/kit.pages.ts';
import { kitRoutes } from './stock/kits/kit.routes.ts';
import { labelPages } from './stock/labels/label.pages.ts';
import { labelRoutes } from './stock/labels/label.routes.ts';
import { stocktakePages } from './stock/stocktakes/stocktake.pages.ts';
import { stocktakeRoutes } from './stock/stocktakes/stocktake.routes.ts';
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

type Feature = (app: App, deps: Deps) => void;

/** Each feature's routes of the API, below /api/v1. */
export const apiFeatures: Feature[] = [
  homeRoutes,
  organisationRoutes,
  formLinkRoutes,
  donationRoutes,
  deviceRoutes,
  deviceChangeRoutes,
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
  attachmentRoutes,
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
  changeDonationPages,
  importPages,
  devicePages,
  deviceChangePages,
  movePages,
  repairPages,
  disposalPages,
  locationPages,
  stocktakePages,
  labelPages,
  dataPlanPages,
  changePlanPages,
  offerPages,
  accessoryPages,
  kitPages,
  certificatePages,
  checkBackPages,
  requiredCheckPages,
  benchPages,
  newReferralPages,
  correctionPages,
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
  incidentCorrectionPages,
  attachmentPages,
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
