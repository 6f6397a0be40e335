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

/**
 * What a text that someone sends back means, as far as one word can say it. Whatever may be a cry for help
 * is a person's to read at once; everything else that is not plainly one of these is a person's too.
 */
export function meaningOf(text: string): 'stop' | 'yes' | 'worrying' | 'other' {
  const said = text.trim().toLowerCase();
  if (worrying.test(said)) return 'worrying';
  if (/^(stop|stopp|stop all|stopall|unsubscribe|end|quit|cancel)[.!\s]*$/.test(said)) return 'stop';
  if (/^(yes|y|ok|okay|yes please)[.!\s]*$/.test(said)) return 'yes';
  return 'other';
}

const worrying =
  /\b(suicid\w*|kill|die|dying|dead|end it|hurt\w*|harm\w*|overdos\w*|help me|unsafe|not safe|scared|afraid|emergency|police|999|crisis|beat(en|ing|s)?|threat\w*)\b/;
