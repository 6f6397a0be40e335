import { NotifyClient } from 'notifications-node-client';
import { Temporal } from 'temporal-polyfill';
import { iso } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import type { Asked, Channel, Found, Outcome, Outgoing } from './channels.ts';
import { notifyState } from './notify.rules.ts';
import { notifySender } from './senders.rules.ts';

const timeoutMilliseconds = 30_000;
const askAtOnce = 10;
const skewMinutes = 2;

/** GOV.UK Notify, by its official client. Its own templates pass our text through. */
export function notifyChannel({ config, clock }: Deps): Channel {
  const clientOf = (key: string) => createClient(config.NOTIFY_URL, key);
  return {
    perMinute: config.NOTIFY_PER_MINUTE,
    async send(message) {
      const sender = notifySender(config, message.channel, message.wording);
      if (!sender) throw new Error('notify: no sender is set up for this');
      try {
        const { data } = await sendBy(clientOf(sender.key), sender, message);
        return { is: 'accepted', providerId: String(data.id) };
      } catch (error) {
        return outcomeOf(error, clock.now());
      }
    },
    async find(asked) {
      const found = new Map<string, Found>();
      for (let from = 0; from < asked.length; from += askAtOnce)
        await Promise.all(asked.slice(from, from + askAtOnce).map((one) => ask(one)));
      return found;

      async function ask({ reference, channel, wording, since }: Asked) {
        const sender = notifySender(config, channel, wording);
        if (!sender) return;
        const { data } = await clientOf(sender.key).getNotifications(
          undefined,
          undefined,
          reference,
          undefined,
        );
        const earliest = Temporal.Instant.from(since).subtract({ minutes: skewMinutes });
        const [newest] = data.notifications
          .filter(
            ({ created_at }) => Temporal.Instant.compare(Temporal.Instant.from(created_at), earliest) >= 0,
          )
          .sort((one, other) => other.created_at.localeCompare(one.created_at));
        if (newest) found.set(reference, { providerId: newest.id, state: notifyState(newest.status) });
      }
    },
  };
}

/** The official client, which gives up after a time and follows no redirect. */
function createClient(url: string, key: string): NotifyClient {
  const client = new NotifyClient(url, key);
  const { restClient } = client.apiClient;
  const patient = (options: object) =>
    restClient({ ...options, timeout: timeoutMilliseconds, maxRedirects: 0 });
  client.setClient(patient as typeof restClient);
  return client;
}

type Sender = NonNullable<ReturnType<typeof notifySender>>;

function sendBy(client: NotifyClient, { template, sender }: Sender, message: Outgoing) {
  const { reference, recipient, subject, body, name } = message;
  switch (message.channel) {
    case 'sms':
      return client.sendSms(template, recipient, {
        personalisation: { body },
        reference,
        ...(sender && { smsSenderId: sender }),
      });
    case 'email':
      return client.sendEmail(template, recipient, {
        personalisation: { subject: subject ?? '', body },
        reference,
      });
    case 'letter': {
      const lines = [name, ...recipient.split('\n')].map((line, place) => [
        `address_line_${place + 1}`,
        line,
      ]);
      return client.sendLetter(template, {
        personalisation: { ...Object.fromEntries(lines), body },
        reference,
      });
    }
  }
}

/**
 * What a failed call means. Notify says by status and error name what it is; its sentences may change.
 * Source: alphagov/notifications-tech-docs, error codes and limits.
 */
function outcomeOf(error: unknown, now: Temporal.Instant): Outcome {
  const { response } = error as { response?: { status: number; data?: { errors?: { error?: string }[] } } };
  if (!response) return { is: 'unknown' };
  const { status, data } = response;
  const name = data?.errors?.[0]?.error;
  const after = (minutes: number) => iso(now.add({ minutes }));
  if (status === 429)
    return name === 'TooManyRequestsError'
      ? { is: 'later', until: nextUtcDay(now), setup: false }
      : { is: 'later', until: after(1), setup: false };
  if (status === 400 && name === 'ValidationError') return { is: 'refused' };
  if (status >= 400 && status < 500) return { is: 'later', until: after(10), setup: true };
  return { is: 'unknown' };
}

/** Daily limits begin anew at midnight UTC. */
const nextUtcDay = (now: Temporal.Instant) =>
  iso(now.toZonedDateTimeISO('UTC').toPlainDate().add({ days: 1 }).toZonedDateTime('UTC').toInstant());
