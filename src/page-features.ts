import { accessPages } from './access/access.pages.ts';
import { clientPages } from './access/client.pages.ts';
import { passwordPages } from './access/password.pages.ts';
import { staffPages } from './access/staff.pages.ts';
import { contactStatePages } from './identity/contact-state.pages.ts';
import { mergePages } from './identity/merge.pages.ts';
import { attachmentPages } from './lending/attachments/attachment.pages.ts';
import { foundPages } from './lending/found/found.pages.ts';
import { incidentCorrectionPages } from './lending/incidents/correction.pages.ts';
import { incidentPages } from './lending/incidents/incident.pages.ts';
import { replacementPages } from './lending/incidents/replacement.pages.ts';
import { bulkReturnPages } from './lending/loans/bulk-return.pages.ts';
import { extensionPages } from './lending/loans/extension.pages.ts';
import { giftPages } from './lending/loans/gift.pages.ts';
import { issuePages } from './lending/loans/issue.pages.ts';
import { loanPages } from './lending/loans/loan.pages.ts';
import { loanAccessoryPages } from './lending/loans/loan-accessory.pages.ts';
import { placeIssuePages } from './lending/loans/place-issue.pages.ts';
import { puttingRightPages } from './lending/loans/putting-right.pages.ts';
import { returnPages } from './lending/loans/return.pages.ts';
import { takeOverPages } from './lending/loans/take-over.pages.ts';
import { agreementPages } from './lending/terms/agreement.pages.ts';
import { policyPages } from './lending/terms/policy.pages.ts';
import { termsPages } from './lending/terms/terms.pages.ts';
import { inboundPages } from './messages/inbound.pages.ts';
import { messagePages } from './messages/message.pages.ts';
import { patientLinkPages } from './messages/patient-links/link.pages.ts';
import { renderingPages } from './messages/renderings/rendering.pages.ts';
import { templatePages } from './messages/template.pages.ts';
import { costPages } from './office/costs/cost.pages.ts';
import { forecastPages } from './office/forecast/forecast.pages.ts';
import { formatPages } from './office/formats/formats.pages.ts';
import { helpPages } from './office/help.pages.ts';
import { homePages } from './office/home.pages.ts';
import { jobPages } from './office/nightly/job-run.pages.ts';
import { paperPages } from './office/reports/paper.pages.ts';
import { reportPages } from './office/reports/report.pages.ts';
import { securityPages } from './office/security/security.pages.ts';
import { settingsPages } from './office/settings.pages.ts';
import { changePatientPages } from './people/change.pages.ts';
import { contactPointPages } from './people/contact-point.pages.ts';
import { equalityPages } from './people/equality/equality.pages.ts';
import { populationPages } from './people/equality/population.pages.ts';
import { patientPages } from './people/patient.pages.ts';
import { noticePages } from './privacy/notices/notice.pages.ts';
import { publicNoticePages } from './privacy/notices/public-notice.pages.ts';
import { privacyPages } from './privacy/privacy.pages.ts';
import { retentionPages } from './privacy/retention.pages.ts';
import { allocationPages } from './referrals/allocations/allocation.pages.ts';
import { waitingListPages } from './referrals/allocations/waiting-list.pages.ts';
import { assessmentPages } from './referrals/assessment.pages.ts';
import { consentPages } from './referrals/consent.pages.ts';
import { correctionPages } from './referrals/correction.pages.ts';
import { draftPages } from './referrals/draft.pages.ts';
import { answerLinkPages } from './referrals/hosted-form/answer-link.pages.ts';
import { formLinkPages } from './referrals/hosted-form/form-link.pages.ts';
import { hostedFormPages } from './referrals/hosted-form/hosted-form.pages.ts';
import { newReferralPages } from './referrals/new-referral.pages.ts';
import { progressPages } from './referrals/progress.pages.ts';
import { proposalPages } from './referrals/proposal.pages.ts';
import { queuePages } from './referrals/queue.pages.ts';
import { referralPages } from './referrals/referral.pages.ts';
import { replayPages } from './referrals/replay.pages.ts';
import { treePages } from './referrals/tree.pages.ts';
import { triagePages } from './referrals/triage.pages.ts';
import { webhookPages } from './referrals/webhooks/webhook.pages.ts';
import { calendarPages } from './scheme/calendar/calendar.pages.ts';
import { clinicPages } from './scheme/organisations/clinic.pages.ts';
import { locationPages } from './scheme/organisations/location.pages.ts';
import { schemePages } from './scheme/scheme.pages.ts';
import type { Deps } from './shared/deps.ts';
import type { App } from './shared/http.ts';
import { accessoryPages } from './stock/accessories/accessory.pages.ts';
import { movementBackPages } from './stock/accessories/movement-back.pages.ts';
import { changePlanPages } from './stock/data-plans/change.pages.ts';
import { dataPlanPages } from './stock/data-plans/data-plan.pages.ts';
import { offerPages } from './stock/data-plans/offer.pages.ts';
import { devicePages } from './stock/devices/device.pages.ts';
import { disposalPages } from './stock/devices/disposal.pages.ts';
import { movePages } from './stock/devices/move.pages.ts';
import { preparationPages } from './stock/devices/preparation.pages.ts';
import { repairPages } from './stock/devices/repair.pages.ts';
import { changeDonationPages } from './stock/donations/change.pages.ts';
import { deviceChangePages } from './stock/donations/device-change.pages.ts';
import { donationPages } from './stock/donations/donation.pages.ts';
import { importPages } from './stock/donations/import.pages.ts';
import { kitPages } from './stock/kits/kit.pages.ts';
import { labelPages } from './stock/labels/label.pages.ts';
import { modelPages } from './stock/models/model.pages.ts';
import { stocktakePages } from './stock/stocktakes/stocktake.pages.ts';
import { diaryPages } from './support/diary.pages.ts';
import { dropInPages } from './support/drop-in.pages.ts';
import { followUpPages } from './support/follow-up.pages.ts';
import { guidePages } from './support/guide.pages.ts';
import { measurePages } from './support/measures/measure.pages.ts';
import { callMovePages } from './support/move.pages.ts';
import { planPages } from './support/plan.pages.ts';
import { storyPages } from './support/stories/story.pages.ts';
import { weekPages } from './support/week.pages.ts';
import { taskPages } from './tasks/task.pages.ts';
import { savedViewPages } from './web/saved-view.pages.ts';

/** Each feature's pages. */
export const pageFeatures: ((app: App, deps: Deps) => void)[] = [
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
  movementBackPages,
  preparationPages,
  modelPages,
  newReferralPages,
  correctionPages,
  queuePages,
  referralPages,
  progressPages,
  proposalPages,
  triagePages,
  consentPages,
  assessmentPages,
  treePages,
  draftPages,
  replayPages,
  waitingListPages,
  allocationPages,
  issuePages,
  loanPages,
  puttingRightPages,
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
  equalityPages,
  contactStatePages,
  contactPointPages,
  changePatientPages,
  diaryPages,
  weekPages,
  dropInPages,
  followUpPages,
  callMovePages,
  guidePages,
  planPages,
  measurePages,
  storyPages,
  messagePages,
  inboundPages,
  templatePages,
  renderingPages,
  taskPages,
  formLinkPages,
  hostedFormPages,
  answerLinkPages,
  patientLinkPages,
  foundPages,
  reportPages,
  forecastPages,
  paperPages,
  helpPages,
  settingsPages,
  costPages,
  formatPages,
  schemePages,
  populationPages,
  noticePages,
  publicNoticePages,
  staffPages,
  securityPages,
  passwordPages,
  clinicPages,
  clientPages,
  webhookPages,
  termsPages,
  agreementPages,
  jobPages,
  policyPages,
  calendarPages,
  savedViewPages,
];
