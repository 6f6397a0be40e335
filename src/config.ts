import { envSchema } from 'env-schema';
import Type, { type Static } from 'typebox';

const setting = (description: string) => Type.String({ default: '', description });
const oneOf = <const T extends string[]>(words: T, options: object) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: words, ...options });

/** Every setting, with what it does. The table in OPERATIONS.md is made from this. */
export const configSchema = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'Address that the web server listens on' }),
  PORT: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 65535,
    description: 'Port that the web server listens on',
  }),
  PUBLIC_URL: Type.String({
    default: '',
    description:
      'Address that people use to reach Lendwell, such as https://lendwell.example.org; with https, cookies are secure',
  }),
  LINK_URL: Type.String({
    default: '',
    description:
      'Address that leads to Lendwell and whose name reveals nothing, such as https://answer.example.org: links in discreet messages begin with it. Without it they have none, and others begin with PUBLIC_URL',
  }),
  DATABASE_URL: Type.String({
    minLength: 1,
    description:
      'PostgreSQL 15 or newer, as the role that runs Lendwell (lendwell_app); unset, `npm start` brings its own',
  }),
  DATABASE_OWNER_URL: Type.String({
    default: '',
    description:
      'The same database as the role that owns the tables (lendwell_owner); only `npm run migrate` uses it',
  }),
  DATABASE_POOL: Type.Integer({
    default: 10,
    minimum: 2,
    maximum: 100,
    description: 'Connections that each process keeps',
  }),
  REDIS_URL: Type.String({
    default: '',
    description:
      'Redis for the job queue and shared rate limits: one address, or two or more nodes of a Redis Cluster with commas between; empty, the queue is in PostgreSQL',
  }),
  SECRET: Type.String({
    minLength: 32,
    description: 'At least 32 random characters; keys the hashes of sessions, API keys and form tokens',
  }),
  SCHEME_NAME: Type.String({
    default: 'Device lending scheme',
    minLength: 1,
    description: 'Name of the scheme until it is set under Settings, Name and contact',
  }),
  SCHEME_PHONE: Type.String({
    default: '',
    description: 'Number that patients ring until the name and contact are set there',
  }),
  SESSION_IDLE_MINUTES: Type.Integer({
    default: 15,
    minimum: 1,
    description: 'Minutes without a click after which a session ends',
  }),
  SESSION_HOURS: Type.Integer({
    default: 12,
    minimum: 1,
    description: 'Hours after which a session ends in any case',
  }),
  TRUST_PROXY: Type.String({
    default: 'loopback',
    description:
      'Addresses or networks of the proxies in front, separated by commas; theirs is the word on who calls',
  }),
  RATE_PER_MINUTE: Type.Integer({
    default: 1000,
    minimum: 1,
    description: 'Requests a minute for each API key',
  }),
  SMS_BY: oneOf(['capture', 'notify', 'none'], {
    default: 'capture',
    description:
      'Who sends text messages: capture keeps them on the Messages page and sends nothing, notify is GOV.UK Notify, none sends no texts',
  }),
  EMAIL_BY: oneOf(['capture', 'notify', 'smtp', 'none'], {
    default: 'capture',
    description: 'Who sends emails: as for SMS_BY, or smtp',
  }),
  LETTER_BY: oneOf(['capture', 'notify', 'none'], {
    default: 'capture',
    description: 'Who sends letters: as for SMS_BY',
  }),
  NOTIFY_URL: Type.String({
    default: 'https://api.notifications.service.gov.uk',
    description: 'Where GOV.UK Notify is',
  }),
  // GOV.UK Notify takes 3,000 a minute for each key. Source: alphagov/notifications-tech-docs, limits.
  NOTIFY_PER_MINUTE: Type.Integer({
    default: 2_900,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Messages a minute that go to Notify at most, which takes 3,000 unless more was agreed',
  }),
  NOTIFY_KEY: setting('API key of the Notify service by which identified messages go'),
  NOTIFY_SMS_TEMPLATE: setting('Id of its text template, whose whole text is ((body))'),
  NOTIFY_SMS_SENDER: setting('Id of its text sender, where it is not the default'),
  NOTIFY_EMAIL_TEMPLATE: setting('Id of its email template: subject ((subject)), text ((body))'),
  NOTIFY_LETTER_TEMPLATE: setting('Id of its letter template, whose whole text is ((body))'),
  NOTIFY_DISCREET_KEY: setting(
    'The same for discreet messages: a service, sender and templates whose names and branding reveal nothing. Without one, discreet messages are held',
  ),
  NOTIFY_DISCREET_SMS_TEMPLATE: setting('As above, discreet'),
  NOTIFY_DISCREET_SMS_SENDER: setting('As above, discreet'),
  NOTIFY_DISCREET_EMAIL_TEMPLATE: setting('As above, discreet'),
  NOTIFY_DISCREET_LETTER_TEMPLATE: setting('As above, discreet'),
  NOTIFY_CALLBACK_TOKEN: Type.String({
    default: '',
    pattern: '^(|.{20,})$',
    description:
      'Bearer token, at least 20 characters, with which Notify calls /callbacks/notify/…; empty, it may not call',
  }),
  SMTP_URL: setting('Mail server for EMAIL_BY=smtp, such as smtps://user:password@mail.example.org'),
  SMTP_FROM: setting('Sender of identified emails, such as Lendwell <lending@example.org>'),
  SMTP_DISCREET_FROM: setting('Sender of discreet emails, whose name and address reveal nothing'),
  WEBHOOK_ALLOWED_HOSTS: Type.String({
    default: '',
    description:
      'Hosts inside a private network that webhooks may call, also by http, separated by commas, with a port where it is not the usual one',
  }),
  ALLOW_TEST_PHONE_NUMBERS: Type.Boolean({
    default: false,
    description: 'Accept the numbers kept for drama, 07700 900000 to 900999',
  }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'How much is logged' },
  ),
  SHUTDOWN_SECONDS: Type.Integer({
    default: 20,
    minimum: 1,
    description: 'Seconds that work in progress gets to finish when told to stop',
  }),
});

export type Config = Static<typeof configSchema>;

/**
 * Reads the configuration from the environment.
 * @throws an error that lists every fault, not only the first
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  return envSchema<Config>({ schema: configSchema, data: env, dotenv: false });
}
