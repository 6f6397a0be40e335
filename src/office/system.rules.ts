import type { Action } from '../access/permissions.ts';
import { count, dateTime, duration, weekday } from '../shared/formats.ts';

/** What is known of how the system stands. */
export type Standing = {
  night: { localDate: string; state: string; startedAt: string; finishedAt: string | null } | null;
  sent: number;
  held: number;
  failed: number;
  failedWork: number;
  waiting: { count: number; since: string | null };
  messagesFailed: number;
  messagesUnknown: number;
  messagesHeld: number;
  clinicsNotTold: number;
  refusals: number;
  alarms: number;
  proof: { waiting: number; head: { signedAt: string; isSigned: boolean } | null };
};

/** One thing that is watched: how it stands, in a tag and in words, and where more of it is for those who may. */
export type SystemLine = {
  text: string;
  about: string;
  status: 'well' | 'look' | 'failed';
  href: string;
  action: Action;
};

/** Work that waits for longer than this many minutes, a night that began longer ago than this many hours, and a log whose end is older, want a look. */
const waitsMinutes = 15;
const nightHours = 36;
const minute = 60_000;

const isOlder = (at: string | null, now: string, minutes: number) =>
  at !== null && Date.parse(now) - Date.parse(at) > minutes * minute;

/**
 * How the system stands, line by line, what went wrong first.
 * @param now ISO 8601 instant
 */
export function systemLines(known: Standing, now: string): SystemLine[] {
  const lines = [
    lastNight(known, now),
    failedWork(known),
    waitingWork(known, now),
    messages(known),
    clinicSystems(known),
    atTheDoor(known),
    sealedLog(known, now),
  ];
  const order = ['failed', 'look', 'well'];
  return lines.toSorted((one, other) => order.indexOf(one.status) - order.indexOf(other.status));
}

function lastNight({ night, sent, held, failed }: Standing, now: string): SystemLine {
  const line = { text: 'The last night', href: '/settings/jobs', action: 'jobs.read' } as const;
  if (!night) return { ...line, status: 'look', about: 'No night has run yet' };
  const of = `${weekday(night.localDate)}: `;
  const became = `of its messages ${sent} sent, ${held} held, ${failed} not sent`;
  if (night.state === 'broken_off')
    return { ...line, status: 'failed', about: `${of}it broke off and may be run again; ${became}` };
  if (night.state === 'running') return { ...line, status: 'well', about: `${of}it runs now` };
  const took = night.finishedAt ? ` in ${duration(night.startedAt, night.finishedAt).trim()}` : '';
  const late = isOlder(night.startedAt, now, nightHours * 60);
  return {
    ...line,
    status: late ? 'look' : 'well',
    about: `${of}${late ? 'no night has run since' : `done${took}`}; ${became}`,
  };
}

function failedWork({ failedWork: number }: Standing): SystemLine {
  return {
    text: 'Work that was given up',
    href: '/settings/jobs',
    action: 'jobs.read',
    status: number ? 'failed' : 'well',
    about: number ? `${count(number, 'piece')} failed and may be tried again` : 'Nothing failed',
  };
}

function waitingWork({ waiting }: Standing, now: string): SystemLine {
  const late = isOlder(waiting.since, now, waitsMinutes);
  const since = waiting.since ? `, the oldest since ${dateTime(waiting.since)}` : '';
  return {
    text: 'Work that waits',
    href: '/settings/jobs',
    action: 'jobs.read',
    status: late ? 'look' : 'well',
    about: waiting.count
      ? `${count(waiting.count, 'piece')}${since}${late ? ': is a worker running?' : ''}`
      : 'Nothing waits',
  };
}

function messages({ messagesFailed, messagesUnknown, messagesHeld }: Standing): SystemLine {
  const parts = [
    ...(messagesFailed ? [`${messagesFailed} not sent`] : []),
    ...(messagesUnknown ? [`${messagesUnknown} not known if sent`] : []),
    ...(messagesHeld ? [`${messagesHeld} held`] : []),
  ];
  return {
    text: 'Messages',
    href: '/messages?status=failed',
    action: 'messages.read',
    status: messagesFailed ? 'failed' : parts.length ? 'look' : 'well',
    about: parts.length ? `${parts.join(', ')}: an officer looks at each` : 'None is held, and none failed',
  };
}

function clinicSystems({ clinicsNotTold: number }: Standing): SystemLine {
  return {
    text: 'Clinics’ systems',
    href: '/settings/clinics?role=clinic',
    action: 'clinics.read',
    status: number ? 'look' : 'well',
    about: number ? `${count(number, 'change')} could not be told to a clinic` : 'All were told',
  };
}

function atTheDoor({ refusals, alarms }: Standing): SystemLine {
  return {
    text: 'Refused at sign-in within a day',
    href: alarms ? '/settings/security?alarm=true' : '/settings/security',
    action: 'security.read',
    status: alarms ? 'look' : 'well',
    about: `${refusals ? count(refusals, 'refusal') : 'Nobody'}${alarms ? `, and ${count(alarms, 'alarm')}` : ''}`,
  };
}

function sealedLog({ proof: { waiting, head } }: Standing, now: string): SystemLine {
  const line = { text: 'The sealed log', href: '/settings/security#proof', action: 'security.read' } as const;
  const notLinked = `${count(waiting, 'row')} not linked yet`;
  if (!head) return { ...line, status: 'look', about: `Its end was never signed; ${notLinked}` };
  const how = head.isSigned ? 'signed' : 'kept without a signature';
  const late = isOlder(head.signedAt, now, nightHours * 60);
  return {
    ...line,
    status: late ? 'look' : 'well',
    about: `Its end was ${how} on ${dateTime(head.signedAt)}; ${notLinked}`,
  };
}
