import type { Logger } from 'pino';
import {
  officeRoles,
  type SecurityKindName,
  securityKind,
  securityKindNames,
} from '../../access/security-log.rules.ts';
import { mailStaff } from '../../messages/staff-mail.commands.ts';
import { timestamp } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { securityLogger } from '../../shared/logging.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, many, run } from '../../shared/statements.ts';

const batchSize = 100;
const mostAttempts = 8;
/** What was taken and not told within this time was lost with its process, and is told again. */
const takenMinutes = 10;
const alertMilliseconds = 10_000;

const Waiting = {
  id: col.text,
  at: col.text,
  kind: col.oneOf(securityKindNames),
  actorType: col.text,
  actorId: col.orNull(col.text),
  staffId: col.orNull(col.text),
  clientId: col.orNull(col.text),
  about: col.orNull(col.text),
  address: col.text,
  browser: col.text,
  requestId: col.text,
  count: col.number,
  isAlarm: col.boolean,
  isLogged: col.boolean,
  toldWays: col.listOf(col.text),
  tellAddress: col.orNull(col.text),
  attempts: col.number,
  owner: col.orNull(col.object({ name: col.text, email: col.text })),
};
type Waiting = RowOf<typeof Waiting>;

/**
 * Tells of what the security log was given: writes it to the log that leaves the machine, tells owners of accounts what
 * concerns them, and alarms whoever is named for that. What cannot be told is tried again, eight times.
 * @returns how many it told of
 */
export async function tellSecurity(deps: Deps, stop?: AbortSignal): Promise<number> {
  for (let told = 0; ; ) {
    const rows = await take(deps);
    const log = securityLogger(deps.config);
    await markLogged(
      deps,
      rows.filter((row) => !row.isLogged).map((row) => written(log, row)),
    );
    for (const row of rows) {
      if (await tell(deps, row)) told += 1;
    }
    if (rows.length < batchSize || stop?.aborted) return told;
  }
}

/** Takes what is due, so that two workers do not tell the same. */
async function take(deps: Deps): Promise<Waiting[]> {
  const now = timestamp(deps.clock);
  const later = deps.clock.now().add({ minutes: takenMinutes }).toString();
  return many(deps.db, each('security.take'), Waiting)`
    with due as (
      select id from security_event where told_at is null and next_at <= ${now} and attempts < ${mostAttempts}
      order by next_at limit ${batchSize} for update skip locked
    ), taken as (
      update security_event e set next_at = ${later}, attempts = attempts + 1 from due where e.id = due.id returning e.*
    )
    select t.id, t.at, t.kind, t.actor_type as "actorType", t.actor_id as "actorId", t.staff_id as "staffId",
      t.client_id as "clientId", t.about, t.address, t.browser, t.request_id as "requestId", t.count,
      t.is_alarm as "isAlarm", t.logged_at is not null as "isLogged", t.told_ways as "toldWays", t.tell_address as "tellAddress", t.attempts,
      case when p.id is not null then json_build_object('name', p.name, 'email', p.email) end as owner
    from taken t left join staff p on p.id = t.staff_id order by t.at, t.id`;
}

/** One line of the log. Its id. */
function written(
  log: Logger,
  {
    isAlarm,
    isLogged: _isLogged,
    toldWays: _told,
    tellAddress: _address,
    attempts: _attempts,
    owner: _owner,
    ...row
  }: Waiting,
) {
  const level = isAlarm ? 'warn' : 'info';
  log[level]({ ...row, alarm: isAlarm }, securityKind(row.kind).line(row.about));
  return row.id;
}

async function markLogged(deps: Deps, ids: string[]): Promise<void> {
  if (ids.length)
    await run(
      deps.db,
      each('security.logged'),
    )`update security_event set logged_at = ${timestamp(deps.clock)} where id = any(${ids}::uuid[])`;
}

type Way = { name: string; go(): Promise<void> };

/** Tells who is to know, the alarm first, each by itself: one that cannot be told holds up no other. Whether all were told. */
async function tell(deps: Deps, row: Waiting): Promise<boolean> {
  const told = [...row.toldWays];
  for (const { name, go } of await waysOf(deps, row)) {
    if (told.includes(name)) continue;
    try {
      await go();
      told.push(name);
    } catch (err) {
      deps.log.warn({ err, kind: row.kind, way: name }, 'a security event could not be told');
    }
  }
  const isTold = (await waysOf(deps, row)).every(({ name }) => told.includes(name));
  const { attempts } = row;
  await run(deps.db, each('security.told'))`
    update security_event set told_ways = ${told}::text[],
      told_at = ${isTold ? timestamp(deps.clock) : null}::timestamptz,
      tell_address = case when ${isTold} then null else tell_address end,
      next_at = ${timestamp(deps.clock)}::timestamptz + make_interval(secs => ${30 * 2 ** attempts}::float8)
    where id = ${row.id}`;
  return isTold;
}

/** By which ways a security event is told, and to whom. */
async function waysOf(deps: Deps, row: Waiting): Promise<Way[]> {
  const { tells, tellsOffice } = securityKind(row.kind);
  const { SECURITY_ALERT_EMAIL: alertEmail, SECURITY_ALERT_URL: alertUrl } = deps.config;
  const mail = (name: string, to: { name: string; email: string }, subject: string, text: string): Way => ({
    name,
    go: () => mailStaff(deps, { id: row.id, name: to.name, email: to.email, subject, text }),
  });
  const alarm = (name: string, to: { name: string; email: string }) =>
    mail(name, to, 'Lendwell security alarm', alarmText(deps, row));
  return [
    ...(row.isAlarm && alertUrl ? [{ name: 'address', go: () => post(deps, row) }] : []),
    ...(row.isAlarm && alertEmail ? [alarm('alarms', { name: 'Lendwell alarms', email: alertEmail })] : []),
    ...(tells && row.owner
      ? [
          mail(
            'owner',
            { ...row.owner, email: row.tellAddress ?? row.owner.email },
            'Your Lendwell account',
            ownerText(deps, row, tells),
          ),
        ]
      : []),
    ...(tellsOffice ? (await officeOf(deps)).map((person) => alarm(`office ${person.id}`, person)) : []),
  ];
}

/** Everyone who looks after the scheme's accounts. */
const officeOf = (deps: Deps) =>
  many(
    deps.db,
    'security.office',
    deps.db
      .selectFrom('staff')
      .select(['id', 'name', 'email'])
      .where('role', 'in', officeRoles)
      .where('suspended_at', 'is', null)
      .orderBy('id'),
  );

/** Calls the address that is set for alarms, where there is one. */
async function post({ config }: Deps, { id, at, kind, about, address, count }: Waiting): Promise<void> {
  const { SECURITY_ALERT_URL: url } = config;
  if (!url) return;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, at, kind, text: lineOf(kind, about), address, count }),
    signal: AbortSignal.timeout(alertMilliseconds),
    redirect: 'error',
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the address for alarms answered ${response.status}`);
}

const lineOf = (kind: SecurityKindName, about: string | null) => securityKind(kind).line(about);

const ownerText = ({ config }: Deps, row: Waiting, tells: string) =>
  [
    tells,
    where(row),
    `If this was you, there is nothing to do. If it was not, change your password${config.PUBLIC_URL && ` at ${config.PUBLIC_URL}/account`} and tell an administrator of your scheme.`,
  ].join('\n\n');

const alarmText = ({ config }: Deps, row: Waiting) =>
  [
    `${lineOf(row.kind, row.about)}.`,
    where(row),
    `See Settings, Security log${config.PUBLIC_URL && `: ${config.PUBLIC_URL}/settings/security`}.`,
  ].join('\n\n');

const where = ({ at, address, browser, count }: Waiting) =>
  [
    `When: ${at}`,
    address && `From: ${address}${browser && `, ${browser}`}`,
    count > 1 && `How often: ${count}`,
  ]
    .filter(Boolean)
    .join('\n');
