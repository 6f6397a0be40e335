import type { Deps } from '../shared/deps.ts';
import { captureChannel } from './capture.channel.ts';
import type { MessageChannel } from './contact.rules.ts';

/** A message on its way out; `reference` is the message's id and all that a provider may be asked by. */
export type Outgoing = {
  reference: string;
  channel: MessageChannel;
  recipient: string;
  subject: string | null;
  body: string;
};

/** Something that carries messages. */
export type Channel = {
  /** Hands over one message; when it throws it is not known whether the provider took it. */
  send(message: Outgoing): Promise<void>;
  /** Which of these references the provider has accepted. */
  accepted(references: string[]): Promise<Set<string>>;
};

/** The channel that the configuration names. */
export function channelOf(deps: Deps): Channel {
  const channels = { capture: captureChannel };
  return channels[deps.config.MESSAGE_CHANNEL](deps);
}
