import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyReply } from 'fastify';
import { accessPages } from './access/access.pages.ts';
import { authentication } from './access/authentication.ts';
import { clientPages } from './access/client.pages.ts';
import { clientRoutes } from './access/client.routes.ts';
import { accessoryPages } from './accessories/accessory.pages.ts';
import { accessoryRoutes } from './accessories/accessory.routes.ts';
import { admin } from './admin/admin.ts';
import { homePages } from './admin/home.pages.ts';
import { homeRoutes } from './admin/home.routes.ts';
import { settingsPages } from './admin/settings.pages.ts';
import { allocationPages } from './allocations/allocation.pages.ts';
import { allocationRoutes } from './allocations/allocation.routes.ts';
import { eventRoutes } from './audit/event.routes.ts';
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
import { holderRoutes } from './devices/holder.routes.ts';
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
import { jobRunRoutes } from './nightly/job-run.routes.ts';
import { clinicPages } from './organisations/clinic.pages.ts';
import { locationPages } from './organisations/location.pages.ts';
import { locationRoutes } from './organisations/location.routes.ts';
import { organisationRoutes } from './organisations/organisation.routes.ts';
import { changePatientPages } from './patients/change.pages.ts';
import { contactPointPages } from './patients/contact-point.pages.ts';
import { contactStatePages } from './patients/contact-state.pages.ts';
import { mergePages } from './patients/merge.pages.ts';
import { mergeRoutes } from './patients/merge.routes.ts';
import { patientPages } from './patients/patient.pages.ts';
import { patientRoutes } from './patients/patient.routes.ts';
import { assessmentPages } from './referrals/assessment.pages.ts';
import { assessmentRoutes } from './referrals/assessment.routes.ts';
import { newReferralPages } from './referrals/new-referral.pages.ts';
import { progressPages } from './referrals/progress.pages.ts';
import { proposalPages } from './referrals/proposal.pages.ts';
import { proposalRoutes } from './referrals/proposal.routes.ts';
import { referralPages } from './referrals/referral.pages.ts';
import { referralRoutes } from './referrals/referral.routes.ts';
import { signpostPages } from './referrals/signpost.pages.ts';
import { signpostRoutes } from './referrals/signpost.routes.ts';
import { triagePages } from './referrals/triage.pages.ts';
import { triageRoutes } from './referrals/triage.routes.ts';
import { waitingListPages } from './referrals/waiting-list.pages.ts';
import { waitingListRoutes } from './referrals/waiting-list.routes.ts';
import type { Deps } from './shared/deps.ts';
import { health } from './shared/health.ts';
import { type App, http, problemDetails } from './shared/http.ts';
import { newId } from './shared/ids.ts';
import { openapi } from './shared/openapi.ts';
import { Problem } from './shared/problem.ts';
import type { JobQueue } from './shared/queue.ts';
import { takeCsvBodies, uploads } from './shared/uploads.ts';
import { stocktakePages } from './stocktakes/stocktake.pages.ts';
import { stocktakeRoutes } from './stocktakes/stocktake.routes.ts';
import { diaryPages } from './support/diary.pages.ts';
import { followUpPages } from './support/follow-up.pages.ts';
import { followUpRoutes } from './support/follow-up.routes.ts';
import { patientPlanPages } from './support/patient-plan.pages.ts';
import { planPages } from './support/plan.pages.ts';
import { planRoutes } from './support/plan.routes.ts';
import { taskPages } from './tasks/task.pages.ts';
import { taskRoutes } from './tasks/task.routes.ts';
import { webhookPages } from './webhooks/webhook.pages.ts';
import { webhookRoutes } from './webhooks/webhook.routes.ts';

const megabyte = 1024 * 1024;

/** The web application: plugins first, then each feature's API and pages. `queue` is what readiness asks after. */
export async function buildApp(deps: Deps, queue?: JobQueue): Promise<App> {
  const app: App = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    genReqId: newId,
    bodyLimit: megabyte,
    requestIdHeader: false,
    trustProxy: deps.config.TRUST_PROXY,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (_error, request, reply) =>
      (reply as FastifyReply)
        .code(400)
        .type('application/problem+json')
        .send(problemDetails(new Problem('bad-request'), request.id)),
  }).withTypeProvider<TypeBoxTypeProvider>();

  await app.register(openapi, { deps });
  await app.register(cookie, { secret: deps.config.SECRET });
  await app.register(uploads);
  await app.register(http, { deps });
  await app.register(admin, { deps });
  await app.register(authentication, { deps });
  await app.register(health, { deps, queue });

  await app.register(
    async (scope) => {
      const api: App = scope.withTypeProvider<TypeBoxTypeProvider>();
      takeCsvBodies(api);
      homeRoutes(api, deps);
      organisationRoutes(api, deps);
      formLinkRoutes(api, deps);
      donationRoutes(api, deps);
      deviceRoutes(api, deps);
      moveRoutes(api, deps);
      repairRoutes(api, deps);
      disposalRoutes(api, deps);
      holderRoutes(api, deps);
      locationRoutes(api, deps);
      stocktakeRoutes(api, deps);
      labelRoutes(api, deps);
      checkRoutes(api, deps);
      dataPlanRoutes(api, deps);
      offerRoutes(api, deps);
      accessoryRoutes(api, deps);
      kitRoutes(api, deps);
      referralRoutes(api, deps);
      proposalRoutes(api, deps);
      triageRoutes(api, deps);
      assessmentRoutes(api, deps);
      signpostRoutes(api, deps);
      waitingListRoutes(api, deps);
      allocationRoutes(api, deps);
      patientRoutes(api, deps);
      mergeRoutes(api, deps);
      loanRoutes(api, deps);
      incidentRoutes(api, deps);
      extensionRoutes(api, deps);
      lendingRoutes(api, deps);
      takeOverRoutes(api, deps);
      followUpRoutes(api, deps);
      planRoutes(api, deps);
      messageRoutes(api, deps);
      callbackRoutes(api, deps);
      taskRoutes(api, deps);
      webhookRoutes(api, deps);
      clientRoutes(api, deps);
      jobRunRoutes(api, deps);
      eventRoutes(api, deps);
    },
    { prefix: '/api/v1' },
  );

  await app.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: megabyte });
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    accessPages(pages, deps);
    homePages(pages, deps);
    donationPages(pages, deps);
    importPages(pages, deps);
    devicePages(pages, deps);
    movePages(pages, deps);
    repairPages(pages, deps);
    disposalPages(pages, deps);
    locationPages(pages, deps);
    stocktakePages(pages, deps);
    labelPages(pages, deps);
    dataPlanPages(pages, deps);
    offerPages(pages, deps);
    accessoryPages(pages, deps);
    kitPages(pages, deps);
    certificatePages(pages, deps);
    requiredCheckPages(pages, deps);
    benchPages(pages, deps);
    newReferralPages(pages, deps);
    referralPages(pages, deps);
    progressPages(pages, deps);
    proposalPages(pages, deps);
    triagePages(pages, deps);
    assessmentPages(pages, deps);
    signpostPages(pages, deps);
    waitingListPages(pages, deps);
    allocationPages(pages, deps);
    issuePages(pages, deps);
    loanPages(pages, deps);
    extensionPages(pages, deps);
    giftPages(pages, deps);
    placeIssuePages(pages, deps);
    takeOverPages(pages, deps);
    returnPages(pages, deps);
    bulkReturnPages(pages, deps);
    incidentPages(pages, deps);
    replacementPages(pages, deps);
    loanAccessoryPages(pages, deps);
    mergePages(pages, deps);
    patientPages(pages, deps);
    contactStatePages(pages, deps);
    contactPointPages(pages, deps);
    changePatientPages(pages, deps);
    diaryPages(pages, deps);
    followUpPages(pages, deps);
    planPages(pages, deps);
    patientPlanPages(pages, deps);
    messagePages(pages, deps);
    inboundPages(pages, deps);
    taskPages(pages, deps);
    formLinkPages(pages, deps);
    hostedFormPages(pages, deps);
    answerLinkPages(pages, deps);
    settingsPages(pages, deps);
    clinicPages(pages, deps);
    clientPages(pages, deps);
    webhookPages(pages, deps);
    termsPages(pages, deps);
    agreementPages(pages, deps);
    policyPages(pages, deps);
  });
  return app;
}
