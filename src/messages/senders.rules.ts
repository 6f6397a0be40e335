import type { Config } from '../config.ts';
import type { MessageChannel, Wording } from '../people/reach.rules.ts';

export const providers = ['capture', 'notify', 'smtp'] as const;
export type Provider = (typeof providers)[number];

/**
 * Who carries messages of a channel and a wording. Discreet ones need a sender of their own, whose name
 * reveals nothing (rule 12).
 * @returns null where none is set up: nothing is sent that way
 */
export function providerFor(config: Config, channel: MessageChannel, wording: Wording): Provider | null {
  const by = { sms: config.SMS_BY, email: config.EMAIL_BY, letter: config.LETTER_BY }[channel];
  if (by === 'capture') return by;
  if (by === 'notify') return notifySender(config, channel, wording) ? by : null;
  if (by === 'smtp') return smtpFrom(config, wording) ? by : null;
  return null;
}

export type NotifySender = { key: string; template: string; sender: string | undefined };

/** The service key, the pass-through template and the sender id by which GOV.UK Notify sends this; null where it is not set up. */
export function notifySender(config: Config, channel: MessageChannel, wording: Wording): NotifySender | null {
  const isDiscreet = wording === 'discreet';
  const key = isDiscreet ? config.NOTIFY_DISCREET_KEY : config.NOTIFY_KEY;
  const templates = {
    sms: isDiscreet ? config.NOTIFY_DISCREET_SMS_TEMPLATE : config.NOTIFY_SMS_TEMPLATE,
    email: isDiscreet ? config.NOTIFY_DISCREET_EMAIL_TEMPLATE : config.NOTIFY_EMAIL_TEMPLATE,
    letter: isDiscreet ? config.NOTIFY_DISCREET_LETTER_TEMPLATE : config.NOTIFY_LETTER_TEMPLATE,
  };
  const template = templates[channel];
  const sender = isDiscreet ? config.NOTIFY_DISCREET_SMS_SENDER : config.NOTIFY_SMS_SENDER;
  return key && template ? { key, template, sender: (channel === 'sms' && sender) || undefined } : null;
}

/** The address that emails of this wording come from; empty where none is set up. */
export const smtpFrom = (config: Config, wording: Wording) =>
  config.SMTP_URL && (wording === 'discreet' ? config.SMTP_DISCREET_FROM : config.SMTP_FROM);
