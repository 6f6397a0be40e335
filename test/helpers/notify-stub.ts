import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

type Teardown = { teardown(work: () => unknown): unknown };
export type Taken = {
  id: string;
  reference: string;
  type: 'sms' | 'email' | 'letter';
  status: string;
  created_at: string;
  to: string;
  key: string;
  template_id: string;
  sms_sender_id?: string;
  personalisation: Record<string, string>;
};
/**
 * How the stub answers a message: takes it; takes it and never answers; breaks off before taking it; or refuses
 * with a status and an error's name.
 */
export type Behaviour =
  | 'take'
  | 'take_and_hang'
  | 'take_and_break'
  | 'break'
  | 'down'
  | { status: number; error: string };

/**
 * A provider that speaks the protocol of GOV.UK Notify's API on loopback: sends, and lists by reference.
 * It never forgets what it took, and would take one twice. Source: alphagov/notifications-tech-docs.
 */
export async function notifyStub(
  t: Teardown,
  { now = () => new Date(), delay = 0 }: { now?: () => Date; delay?: number } = {},
) {
  const taken: Taken[] = [];
  let behave: (message: Taken) => Behaviour = () => 'take';
  const asked: string[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url!, 'http://stub');
    const key = keyOf(request);
    const reply = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!key)
      return reply(403, { status_code: 403, errors: [{ error: 'AuthError', message: 'Invalid token' }] });
    if (request.method === 'GET') {
      const reference = url.searchParams.get('reference') ?? '';
      asked.push(reference);
      const notifications = taken.filter((one) => one.reference === reference && one.key === key);
      return reply(200, { notifications, links: {} });
    }
    let text = '';
    for await (const chunk of request) text += chunk;
    const { template_id, reference, personalisation, ...body } = JSON.parse(text);
    const type = url.pathname.split('/').at(-1) as Taken['type'];
    const to =
      body.phone_number ??
      body.email_address ??
      Object.entries(personalisation)
        .filter(([name]) => name.startsWith('address_line'))
        .map(([, line]) => line)
        .join('\n');
    const message: Taken = {
      id: randomUUID(),
      reference,
      type,
      status: 'created',
      created_at: now().toISOString(),
      to,
      key,
      template_id,
      personalisation,
      ...(body.sms_sender_id && { sms_sender_id: body.sms_sender_id }),
    };
    const behaviour = behave(message);
    if (delay) await wait(delay);
    if (behaviour === 'break' || behaviour === 'down') return response.destroy();
    if (typeof behaviour === 'object')
      return reply(behaviour.status, {
        status_code: behaviour.status,
        errors: [{ error: behaviour.error, message: 'x' }],
      });
    taken.push(message);
    if (behaviour === 'take_and_hang') return;
    if (behaviour === 'take_and_break') return response.destroy();
    reply(201, {
      id: message.id,
      reference,
      content: { body: personalisation.body },
      template: { id: template_id, version: 1, uri: '' },
      uri: '',
    });
  }

  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    /** References that it was asked for. */
    asked,
    /** From now on. */
    behaves(as: Behaviour | ((message: Taken) => Behaviour)) {
      behave = typeof as === 'function' ? as : () => as;
    },
  };
}

/** The service that a call's token was made for: Notify's tokens name it as their issuer. */
function keyOf({ headers }: IncomingMessage): string | undefined {
  const [, claims] = (headers.authorization ?? '').replace(/^Bearer /, '').split('.');
  if (!claims) return undefined;
  try {
    return JSON.parse(Buffer.from(claims, 'base64url').toString()).iss;
  } catch {
    return undefined;
  }
}

const service = (digit: string) => [8, 4, 4, 4, 12].map((length) => digit.repeat(length)).join('-');
export const identifiedService = service('1');
export const discreetService = service('2');

/** Settings with which everything goes by a stub, discreet messages by a service of their own. */
export const notifySettings = (url: string) => ({
  SMS_BY: 'notify',
  EMAIL_BY: 'notify',
  LETTER_BY: 'notify',
  NOTIFY_URL: url,
  NOTIFY_KEY: `identified-${identifiedService}-${service('a')}`,
  NOTIFY_SMS_TEMPLATE: 'sms-identified',
  NOTIFY_EMAIL_TEMPLATE: 'email-identified',
  NOTIFY_LETTER_TEMPLATE: 'letter-identified',
  NOTIFY_DISCREET_KEY: `discreet-${discreetService}-${service('b')}`,
  NOTIFY_DISCREET_SMS_TEMPLATE: 'sms-discreet',
  NOTIFY_DISCREET_SMS_SENDER: 'plain',
  NOTIFY_DISCREET_EMAIL_TEMPLATE: 'email-discreet',
  NOTIFY_DISCREET_LETTER_TEMPLATE: 'letter-discreet',
  NOTIFY_CALLBACK_TOKEN: 'a token of twenty-and-more characters'.replaceAll(' ', '-'),
});
