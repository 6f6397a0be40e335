import { envSchema } from 'env-schema';
import Type, { type Static } from 'typebox';
import { signOnFaults } from './access/sign-on.rules.ts';

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
      'Address that leads to Lendwell and whose name reveals nothing, such as https://answer.example.org: links in discreet messages and the second code on labels begin with it. Without it discreet messages have no link, and all else begins with PUBLIC_URL',
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
  PRIVATE_HOSTS: setting(
    'Hosts of the database, Redis or mail server that are reached by a network that nobody else is on, as in compose.yaml, separated by commas: TLS is not asked of them',
  ),
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
    description:
      'At least 32 random characters; opens the key in the database by which sessions, API keys, links and second steps are kept',
  }),
  SECRET_BEFORE: setting(
    'While SECRET is changed, the one before: it opens that key as well, until it is taken out again',
  ),
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
  REQUEST_SECONDS: Type.Integer({
    default: 120,
    minimum: 1,
    maximum: 3600,
    description:
      'Seconds in which a request has to have come in whole, files too; a connection that takes longer is closed',
  }),
  MOST_CONNECTIONS: Type.Integer({
    default: 2000,
    minimum: 1,
    description: 'Connections that are open at a time in one process; more are closed at once',
  }),
  OIDC_ISSUER: setting(
    'Address of the provider of single sign-on by OpenID Connect, as it calls itself (issuer); empty, there is none',
  ),
  OIDC_CLIENT_ID: setting('By what the provider knows Lendwell'),
  OIDC_CLIENT_SECRET: setting('Secret that the provider gave for it'),
  OIDC_CLIENT_AUTH: oneOf(['basic', 'post'], {
    default: 'basic',
    description: 'How the secret is sent: client_secret_basic or client_secret_post',
  }),
  OIDC_PRIVATE_KEY: setting(
    'In place of the secret, the private key that signs who Lendwell is (private_key_jwt): PEM (PKCS 8), or the file that it is in',
  ),
  OIDC_PRIVATE_KEY_ID: setting('Id of that key (kid), where the provider wants one'),
  OIDC_PRIVATE_KEY_ALG: oneOf(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384'], {
    default: 'RS256',
    description: 'How it signs',
  }),
  OIDC_SCOPES: Type.String({
    default: 'openid profile email',
    description: 'What the provider is asked for',
  }),
  OIDC_BUTTON: Type.String({
    default: 'Sign in with your work account',
    minLength: 1,
    description: 'Words on the button that leads there',
  }),
  OIDC_ACR: setting(
    'Classes of sign-in that are strong enough (acr), with spaces between: asked for, and one of them is wanted in the answer',
  ),
  OIDC_AMR: setting(
    'Ways of sign-in (amr) of which one is wanted in the answer, with spaces between, such as mfa',
  ),
  OIDC_ROLE_CLAIM: setting(
    'Claim that says which role someone has, such as roles or nhsid_nrbac_roles.role_code; empty, the role of the account counts',
  ),
  OIDC_ROLES: setting(
    'Which role a value of that claim means, such as lendwell-officers=officer,lendwell-leads=manager; of several the first counts',
  ),
  OIDC_FIRST_SIGN_IN: oneOf(['refuse', 'ask', 'make'], {
    default: 'refuse',
    description:
      'What becomes of someone whose account there is not linked: refuse, ask an administrator under Staff, or make an account with the role of the claim',
  }),
  OIDC_LOCAL_SIGN_IN: Type.String({
    default: 'open',
    pattern: '^(open|break-glass:\\S+@\\S+)$',
    description:
      'Who may sign in with a password: open, everyone who has one; break-glass:<email>, that one account alone, and each try is an alarm',
  }),
  OIDC_TIMEOUT_SECONDS: Type.Number({
    default: 5,
    minimum: 0.1,
    maximum: 30,
    description: 'Seconds that the provider gets for each answer',
  }),
  TRUST_PROXY: Type.String({
    default: 'loopback',
    description:
      'Who may say who calls: the addresses of the web servers in front, separated by commas, or how many there are one behind the other, such as 1',
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
  SECURITY_LOG: setting(
    'File to which the security log is appended, as JSON lines that are kept elsewhere; empty, it goes to the standard output with the rest',
  ),
  SECURITY_ALERT_EMAIL: setting(
    'Address that is told of alarms: tries from many places, many people seen, changed roles, second steps that were reset',
  ),
  SECURITY_ALERT_URL: setting('Address that is called with each alarm (POST, JSON)'),
  LOG_SIGNING_KEY: setting(
    'File with the private key (PEM, Ed25519) that signs the end of the log each night; `npm run verify-log -- --new-key <file>` makes one. Empty, it is not signed',
  ),
  LOG_HEADS_FILE: setting(
    'File to which each end of the log is appended, as JSON lines that are kept elsewhere',
  ),
  LOG_HEADS_EMAIL: setting('Address to which each end of the log is sent'),
  LOG_TSA_URL: setting('Time stamping authority (RFC 3161) that is asked to stamp each end of the log'),
  OPS_TOKEN: Type.String({
    default: '',
    pattern: '^(|[!-~]{20,})$',
    description:
      'Bearer token, at least 20 characters, that opens /metrics, /health/ready and /docs; empty, they open only where Lendwell is reached from its own machine alone',
  }),
  SECURITY_CONTACT: Type.String({
    default: '',
    pattern: '^(|(mailto:|https://|tel:)[!-~]+)$',
    description:
      'Whom to tell of a fault, such as mailto:security@example.org or an https address; it is told at /.well-known/security.txt',
  }),
  LOOKS_ALARM_PER_HOUR: Type.Integer({
    default: 500,
    minimum: 1,
    description:
      'An alarm is raised when one account or key is shown more different people than this within an hour',
  }),
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
  const config = envSchema<Config>({ schema: configSchema, data: env, dotenv: false });
  const faults = signOnFaults(config);
  if (faults.length) throw new Error(faults.join(' '));
  return config;
}

/** Whether the environment says that people work with this. */
export const isProduction = (env: NodeJS.ProcessEnv = process.env): boolean => env.NODE_ENV === 'production';
