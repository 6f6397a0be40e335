import { defineEvents } from '../../shared/event-definitions.ts';
import { day, instant, reference } from '../../shared/event-values.ts';
import { date } from '../../shared/formats.ts';
import { called } from '../../shared/sentences.ts';

/** What happens to the links by which clinics refer and answer, and what comes by them a second time. */
export const formLinkEvents = defineEvents({
  'form_link.added': {
    values: { expiresOn: day },
    line: (v) => `Link to the referral form made, to work until ${date(v.expiresOn)}`,
  },
  'form_link.revoked': { values: {}, line: () => 'Link to the referral form ended' },
  'referral.answer_link_made': {
    values: { expiresOn: instant },
    line: (v) => `Link for the clinic’s answer made, to work until ${date(v.expiresOn)}`,
  },
  'referral.sent_again': {
    values: { reference },
    line: (v) => `The clinic referred this person again${called(v.reference)}`,
  },
});
