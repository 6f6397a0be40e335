import { createTransport, type Transporter } from 'nodemailer';
import { iso } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import type { Channel, Outcome } from './channels.ts';
import { smtpFrom } from './senders.rules.ts';

const perMinute = 600;
const timeoutMilliseconds = 30_000;
const transports = new Map<string, Transporter>();

/** Emails by SMTP. What became of one that broke off on its way cannot be asked. */
export function smtpChannel({ config, clock }: Deps): Channel {
  return {
    perMinute,
    async send({ reference, wording, recipient, subject, body }) {
      const from = smtpFrom(config, wording);
      if (!from) throw new Error('smtp: no sender is set up for this');
      const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost';
      let isConnected = false;
      const mail = {
        from,
        // An address that is handed over as one is not read again as a list or a group.
        to: { name: '', address: recipient },
        subject: subject ?? '',
        text: body,
        messageId: `<${reference}@${domain}>`,
        headers: { 'auto-submitted': 'auto-generated' },
        connected: () => {
          isConnected = true;
        },
      };
      try {
        await transportOf(config.SMTP_URL).sendMail(mail);
        return { is: 'accepted', providerId: null };
      } catch (error) {
        return outcomeOf(error as SmtpError, isConnected, iso(clock.now().add({ minutes: 10 })));
      }
    },
    find: null,
  };
}

function transportOf(url: string): Transporter {
  const known = transports.get(url);
  if (known) return known;
  const transport = createTransport(url, {});
  Object.assign(transport.options, {
    connectionTimeout: timeoutMilliseconds,
    greetingTimeout: timeoutMilliseconds,
    socketTimeout: timeoutMilliseconds,
  });
  // The text is asked for once the server is reached and has let us in: until then nothing was handed over.
  transport.use('stream', (mail, done) => {
    const { connected } = mail.data as { connected?: () => void };
    const read = mail.message.createReadStream.bind(mail.message);
    mail.message.createReadStream = (...given: Parameters<typeof read>) => {
      connected?.();
      return read(...given);
    };
    done();
  });
  transports.set(url, transport);
  return transport;
}

type SmtpError = { code?: string; responseCode?: number };

/** A server that says no has not taken it; one that was reached and says nothing may have. */
function outcomeOf({ code, responseCode }: SmtpError, isConnected: boolean, until: string): Outcome {
  if (code === 'EAUTH') return { is: 'later', until, setup: true };
  if (!isConnected) return { is: 'later', until, setup: false };
  if (!responseCode) return code === 'EENVELOPE' ? { is: 'refused' } : { is: 'unknown' };
  if (responseCode < 500) return { is: 'later', until, setup: false };
  return code === 'EENVELOPE' ? { is: 'refused' } : { is: 'later', until, setup: true };
}
