import type { Found } from './channels.ts';

/**
 * What a status of GOV.UK Notify means for us. A technical failure of a text or an email is Notify's own
 * trouble and may be tried again; everything that is on its way is accepted.
 * Source: alphagov/notifications-tech-docs, statuses of messages.
 */
export function notifyState(status: string): Found['state'] {
  if (status === 'delivered' || status === 'received') return 'delivered';
  if (status === 'permanent-failure' || status === 'cancelled') return 'permanent_failure';
  if (status === 'temporary-failure' || status === 'technical-failure') return 'temporary_failure';
  return 'accepted';
}

export type Meaning = 'stop' | 'yes' | 'cancel' | 'worrying' | 'other';

/**
 * What a text that someone sends back means, where it plainly says one thing in one of the forms that people use.
 * `cancel` is about the appointment that they were told of, not about messages.
 */
export function meaningOf(text: string): Meaning {
  const said = plainWords(text);
  if (isStop.test(said)) return 'stop';
  if (isYes.test(said)) return 'yes';
  if (isCancel.test(said)) return 'cancel';
  return worrying.test(said) ? 'worrying' : 'other';
}

/**
 * Whether a person has to read a text at once: every one that does not plainly say one thing, since any other
 * may be a call for help (rule 28). No list of words says that one is not.
 */
export const isUrgent = (meaning: Meaning): boolean => meaning === 'worrying' || meaning === 'other';

/** The words of a text in small letters, without marks and without what people write out of courtesy. */
function plainWords(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[’‘'`]/g, '')
    .replaceAll(/👍\p{EMod}?/gu, ' yes ')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .replaceAll(
      /\b(please|pls|plz|thank you|thanks|thankyou|thx|ta|cheers|many|very much|kind regards|regards|hi|hello|sorry)\b/g,
      ' ',
    )
    .replaceAll(/ +/g, ' ')
    .trim();
}

const isStop =
  /^((stop|stopp|stopall|unsubscribe|optout|opt out|stop all|stop it|stop this|stop now|remove me)( |$))+$|^((i want|id like|i would like) )?((you )?to )?(stop|no more|dont send|do not send)( sending)?( me)?( any)?( more)?( the| these| those| your)? ?(texts?|texting|messages?|messaging|text messages?|reminders?|sms)( me| to me)?( any ?more| again| now)?$|^(dont|do not) (text|message)( me)?( any ?more| again| ever again)?$/;
const isYes =
  /^(yes|y|yeah|yep|yup|ok|okay|confirm|confirmed)( (yes|ok|okay|fine|great|good|perfect|confirmed|thats fine|that is fine|thats ok|that is ok|i will be there|ill be there|see you|see you then|will do|from me))*$/;
const isCancel =
  /^(cancel|cancelled)( (it|that|this|me|(the|my) (appointment|visit|call|meeting|reminder)))?$/;

/** Words that show at a glance that someone may need help now; they make a text no less urgent where they are absent. */
const worrying =
  /\b(suicid\w*|kill\w*|die|dying|dead|end (it|my|things|everything)|my life|hurt\w*|harm\w*|overdos\w*|help|unsafe|not safe|scared|afraid|emergency|police|ambulance|999|111|crisis|beat(en|ing|s)?|hit(s|ting)?|threat\w*|cope|coping|desperate|hopeless|alone|cant go on|cannot go on)\b/;
