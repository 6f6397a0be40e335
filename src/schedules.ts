import { zone } from './shared/clock.ts';
import type { Schedule } from './shared/queue.ts';

/** When the nightly run starts, in London. Between 01:00 and 02:00 a time may come twice or never. */
export const nightlyTime = '03:15';

/** Every timed job, with its words for the Jobs page. Strays from earlier versions are removed when a worker starts. */
export const schedules: (Schedule & { what: string; when: string })[] = [
  {
    name: 'nightly',
    pattern: '15 3 * * *',
    tz: zone,
    what: 'The night: reminders are planned and staff are asked about what waits too long',
    when: 'At 3:15am',
  },
  {
    name: 'dispatch',
    pattern: '* * * * *',
    tz: zone,
    what: 'Messages whose hours are open are sent',
    when: 'Every minute',
  },
  {
    name: 'webhooks',
    pattern: '* * * * *',
    tz: zone,
    what: 'Clinics’ systems are told what became of their referrals',
    when: 'Every minute',
  },
  {
    name: 'reconcile',
    pattern: '*/10 * * * *',
    tz: zone,
    what: 'Messages whose fate is not known are asked about',
    when: 'Every 10 minutes',
  },
  {
    name: 'security',
    pattern: '* * * * *',
    tz: zone,
    what: 'The security log is written, owners of accounts are told what concerns them, and alarms are raised',
    when: 'Every minute',
  },
  {
    name: 'seal',
    pattern: '* * * * *',
    tz: zone,
    what: 'What was logged is linked to the chain of the log',
    when: 'Every minute',
  },
  {
    name: 'forget',
    pattern: '*/5 * * * *',
    tz: zone,
    what: 'What is kept for a while is forgotten when its time is over: forms begun and not sent, pages that forms were answered with, lists that were given and not recorded, replies kept for a repeat, ended sessions and links, texts from numbers that nobody has',
    when: 'Every 5 minutes',
  },
];
