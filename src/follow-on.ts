import { noteForSecurity } from './access/security-log.commands.ts';
import { takeOverSheet } from './lending/loans/take-over-sheet.commands.ts';
import { gatherAgain } from './messages/release.commands.ts';
import { planForEvent } from './messages/reminder.commands.ts';
import { settleFormatsAfter, settleFormatsOfAllAfter } from './office/formats/missing.commands.ts';
import { runAskedNight } from './office/nightly/job-run.commands.ts';
import { settleChecksOfStaff, settleWorkGivenOn } from './office/nightly/watch.commands.ts';
import { eraseBatch } from './privacy/retention-batch.commands.ts';
import {
  releaseWhatIsNotNeeded,
  releaseWhatWasHeld,
  releaseWhatWasNeverNeeded,
} from './referrals/allocations/release.commands.ts';
import { correctMissedContacts, tellOfMissedContacts } from './referrals/clinic-note.commands.ts';
import { closeReferralsOf, closeReferralsOfPatients } from './referrals/closing.commands.ts';
import { giveOnReferrals } from './referrals/giving-on.commands.ts';
import { reopenReferralsOf } from './referrals/reopening.commands.ts';
import { tellClinic } from './referrals/webhooks/delivery.commands.ts';
import type { FollowOn, HandlerName } from './shared/follow-on.ts';
import type { Handler } from './shared/outbox.ts';
import { stopNumbersWithDevices } from './stock/data-plans/number.commands.ts';
import { settleEndingsOf } from './stock/devices/updates-ending.commands.ts';
import { donationSheet } from './stock/donations/import-sheet.commands.ts';
import { giveOnSupport } from './support/giving-on.commands.ts';
import { forgetSheets } from './web/kept-sheet.ts';
import { workOnSheet } from './web/sheet-work.ts';

/**
 * What follows from what happens. `with`: in the same transaction, in this order; it is there or the event is not.
 * `after`: by the outbox, once the event is there, and tried again until it is done. A command records what it did
 * and knows nothing of what stands above it; what is above it is named here.
 */
export const followOn: FollowOn = {
  'staff.added': { with: [noteForSecurity] },
  'staff.changed': { with: [settleChecksOfStaff, noteForSecurity] },
  'staff.suspended': { with: [settleChecksOfStaff, noteForSecurity, forgetSheets] },
  'staff.restored': { with: [noteForSecurity] },
  'staff.password_link_made': { with: [noteForSecurity] },
  'staff.sessions_revoked': { with: [noteForSecurity] },
  'staff.identity_linked': { with: [noteForSecurity] },
  'staff.identity_unlinked': { with: [noteForSecurity] },
  'api_client.key_added': { with: [noteForSecurity] },
  'api_client.key_revoked': { with: [noteForSecurity] },

  'staff.work_ended': { with: [giveOnReferrals, giveOnSupport, settleWorkGivenOn] },

  'patient.exported': { with: [noteForSecurity] },
  'patient.erased': { with: [noteForSecurity] },
  'patient.changed': { with: [gatherAgain], after: ['settle-formats'] },
  'patient.contact_point_recorded': { with: [gatherAgain] },
  'patient.contact_state_changed': { after: ['settle-formats', 'plan-reminders'] },
  'patient.support_plan_given': { after: ['settle-formats', 'plan-reminders'] },
  'patient.support_stopped': { with: [closeReferralsOfPatients] },

  'follow_up.added': { after: ['settle-formats', 'plan-reminders'] },
  'follow_up.moved': { after: ['settle-formats', 'plan-reminders'] },
  'follow_up.outcome_recorded': { with: [tellOfMissedContacts, closeReferralsOf], after: ['settle-formats'] },

  'follow_up.outcome_taken_back': {
    with: [reopenReferralsOf, correctMissedContacts],
    after: ['settle-formats', 'plan-reminders'],
  },

  'referral.accepted': { after: ['settle-formats', 'plan-reminders', 'tell-clinic'] },
  'referral.reconsidered': { after: ['tell-clinic'] },
  'referral.declined': { after: ['tell-clinic'] },
  'referral.asked': { after: ['tell-clinic'] },
  'referral.answered': { after: ['tell-clinic'] },
  'referral.withdrawn': { with: [releaseWhatWasHeld], after: ['settle-formats', 'tell-clinic'] },
  'referral.need_changed': { with: [releaseWhatIsNotNeeded], after: ['plan-reminders', 'tell-clinic'] },
  'referral.corrected': { with: [releaseWhatWasNeverNeeded], after: ['plan-reminders', 'tell-clinic'] },
  'referral.clinic_told': { after: ['tell-clinic'] },
  'referral.closed': { with: [releaseWhatWasHeld], after: ['settle-formats', 'tell-clinic'] },
  'referral.reopened': { after: ['settle-formats', 'plan-reminders', 'tell-clinic'] },
  'referral.sharing_agreed': { after: ['tell-clinic'] },
  'referral.sharing_refused': { after: ['tell-clinic'] },

  'loan.issued': { after: ['settle-formats', 'plan-reminders', 'tell-clinic'] },
  'loan.issue_taken_back': {
    with: [stopNumbersWithDevices, settleEndingsOf],
    after: ['settle-formats', 'plan-reminders', 'tell-clinic'],
  },
  'loan.returned': { with: [stopNumbersWithDevices], after: ['settle-formats'] },
  'loan.device_swapped': { with: [settleEndingsOf] },
  'loan.corrected': { with: [settleEndingsOf] },
  'loan.extended': { with: [settleEndingsOf] },
  'loan.return_taken_back': { after: ['settle-formats', 'plan-reminders'] },
  'incident.reported': { with: [stopNumbersWithDevices] },
  'incident.taken_back': { after: ['plan-reminders'] },

  'patient.communication_reviewed': { after: ['settle-formats'] },
  'patient.proposals_decided': { after: ['settle-formats'] },
  'patient.merged': { after: ['settle-formats'] },
  'patient.parted': { after: ['settle-formats'] },
  'follow_up.changed': { after: ['settle-formats'] },
  'agreement.version_added': { after: ['settle-formats-of-all'] },
  'notice.published': { after: ['settle-formats-of-all'] },
  'rendering.published': { after: ['settle-formats-of-all'] },
  'guide.published': { after: ['settle-formats-of-all'] },
  'guide.changed': { after: ['settle-formats-of-all'] },
  'template.written': { after: ['settle-formats-of-all'] },

  'job.asked': { after: ['run-nightly'] },
  'list.work_asked': { after: ['work-on-list'] },
  'retention_batch.approved': { after: ['erase-batch'] },
};

/** The function of each name of work after an event. */
export const handlers: Record<string, Handler> = {
  'plan-reminders': planForEvent,
  'erase-batch': eraseBatch,
  'run-nightly': runAskedNight,
  'tell-clinic': tellClinic,
  'settle-formats': settleFormatsAfter,
  'settle-formats-of-all': settleFormatsOfAllAfter,
  'work-on-list': workOnSheet({ donation: donationSheet, take_over: takeOverSheet }),
} satisfies Record<HandlerName, Handler>;
