import { by, type Chapter, met, notMet } from './answer.ts';

const toFile = by(
  'access/security-log',
  'is written to a file of its own, told to owners and alarms, once each',
);
const outcomes = by('access/security-log', 'has every outcome of a sign-in, and no address of anyone');
const refused = by('access/security-log', 'has what was refused, with whence it came');
const away = by('shared/database', 'Postgres away: 503 and a log line, and recovery by itself');

/** What is written down, and what happens when something fails. */
export const v16: Chapter = {
  name: 'Logs and faults',
  answers: {
    '16.1.1': met(
      'SECURITY.md has the five logs: what, where, in which form, who reads it, how long.',
      'SECURITY.md',
    ),
    '16.2.1': met(
      'When, who, from which network and browser, what, and in which request.',
      'src/access/security-log.commands.ts',
      refused,
      toFile,
    ),
    '16.2.2': met(
      'All times are UTC; rows of the logs have the database’s time as well.',
      'src/shared/clock.ts',
      by('shared/database', 'dates stay dates, instants are ISO 8601, counts are numbers'),
    ),
    '16.2.3': met('Nothing is written but to those five.', 'src/shared/logging.ts', toFile),
    '16.2.4': met(
      'JSON, a line for each, with the id of the request in all of them.',
      'src/shared/logging.ts',
      toFile,
    ),
    '16.2.5': met(
      'Ids, patterns and codes; no token, name, address or body.',
      'src/shared/logging.ts',
      by(
        'shared/log-leakage',
        'no name, contact detail or note of a patient reaches the log or the event log',
      ),
      by('shared/log-leakage', 'of a database error only what cannot hold a value is logged'),
      by(
        'hosted-form/hosted-form',
        'the address is a secret: no log, no referrer, no cache, no index; and too many are held off',
      ),
      outcomes,
    ),
    '16.3.1': met(
      'Each outcome, by which way and step.',
      'src/access/security-log.rules.ts',
      outcomes,
      by('access/sign-on', 'refuses …'),
    ),
    '16.3.2': met('Each refusal by role, key or form, with whose it was.', 'src/access/refusals.ts', refused),
    '16.3.3': notMet(
      'Forged forms, too many requests, wrong keys and refused roles are in the security log. Input that is not valid and steps that may not be taken are refused and only counted by status in the program’s: most are slips.',
      'Watch the rate of 400, 409 and 422 in `/metrics`.',
    ),
    '16.3.4': met(
      'Faults, a database that is away, providers that do not answer or whose certificate is not good.',
      'src/shared/http.ts',
      away,
      by('access/sign-on', 'says so when the provider cannot'),
      by('worker/away', 'Postgres that goes away: log lines, no crash, and work goes on by itself'),
    ),
    '16.4.1': met(
      'JSON is written by pino; of what a browser calls itself only known names are kept.',
      'src/access/whence.ts',
      refused,
      toFile,
    ),
    '16.4.2': met(
      'Triggers and rights keep the application from changing them, roles from reading them; whoever owns the tables is found by the chain.',
      'src/office/log-proof/verify.queries.ts',
      by('access/security-log', 'cannot be changed or taken out by the application'),
      by('access/security-log', 'is shown to who may see it, by page and API'),
      by('shared/database', 'rule 20: the log is append-only, by rights and by trigger'),
      by('log-proof/tampering', 'what was removed is named'),
    ),
    '16.4.3': notMet(
      'Alarms and heads of the log leave the machine by themselves; the lines of the security log go to a file or the standard output.',
      'Send these to another system, by the collector of your platform.',
    ),
    '16.5.1': met(
      'A fault of ours is told by its kind and the id of the request.',
      'src/shared/problem.ts',
      by('shared/answers', 'a fault of ours is told as one, without a word of what it was'),
      away,
    ),
    '16.5.2': met(
      'What is away is refused for now or waits, and is taken up again. Redis counts requests: while it is away these pass, and what counts in the process and in the database goes on.',
      'src/access/rate-limit.ts',
      away,
      by('access/sign-on', 'a provider that is away or slow holds nobody up'),
      by('access/authentication', 'with … the count is shared by all processes; without it requests pass'),
      by('worker/away', 'Redis that goes away and comes back empty: the same'),
    ),
    '16.5.3': met(
      'A command that fails is rolled back; whoever cannot be looked up is nobody; an answer that cannot be written down as a look is not sent.',
      'src/shared/command.ts',
      'src/people/looks.ts',
      by('shared/http', 'a change that waits longer than it should says so and leaves nothing behind'),
      by('access/permissions', 'whoever is not in the table may not'),
      away,
    ),
  },
};
