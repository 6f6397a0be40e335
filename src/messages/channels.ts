import { type MessageChannel, messageChannels, type Wording, wordings } from '../people/reach.rules.ts';
import type { Deps } from '../shared/deps.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { captureChannel } from './capture.channel.ts';
import { notifyChannel } from './notify.channel.ts';
import type { Provider } from './senders.rules.ts';
import { smtpChannel } from './smtp.channel.ts';

/** A message on its way out; `reference` is the message's id and all that a provider may be asked by. */
export type Outgoing = {
  reference: string;
  channel: MessageChannel;
  wording: Wording;
  /** The person's name, for the first line of a letter. */
  name: string;
  recipient: string;
  subject: string | null;
  body: string;
};

/**
 * What a provider made of a message.
 * - `refused`: it will never take this one; the recipient is at fault
 * - `later`: it takes nothing before `until` (an instant); `setup` when our own settings are at fault
 * - `unknown`: it may or may not have taken it
 */
export type Outcome =
  | { is: 'accepted'; providerId: string | null }
  | { is: 'refused' }
  | { is: 'later'; until: string; setup: boolean }
  | { is: 'unknown' };

export const Asked = {
  reference: col.text,
  channel: col.oneOf(messageChannels),
  wording: col.oneOf(wordings),
  since: col.text,
};
export type Asked = RowOf<typeof Asked>;
/** What a provider says of a message that it has: `delivered` and the failures are final. */
export const Found = {
  providerId: col.text,
  state: col.oneOf(['accepted', 'delivered', 'permanent_failure', 'temporary_failure']),
};
export type Found = RowOf<typeof Found>;

/** Something that carries messages. */
export type Channel = {
  /** How many messages a minute it takes. */
  perMinute: number;
  /** Hands over one message. What it throws is as good as `unknown`. */
  send(message: Outgoing): Promise<Outcome>;
  /** What it has of these messages, by reference, as far as it was handed over after `since`; null when it cannot be asked. */
  find: ((asked: Asked[]) => Promise<Map<string, Found>>) | null;
};

/** The channel of a provider. */
export function channelOf(deps: Deps, provider: Provider): Channel {
  const channels = { capture: captureChannel, notify: notifyChannel, smtp: smtpChannel };
  return channels[provider](deps);
}
