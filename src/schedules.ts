import { zone } from './shared/clock.ts';
import type { Schedule } from './shared/queue.ts';

/** When the nightly run starts, in London. Between 01:00 and 02:00 a time may come twice or never. */
export const nightlyTime = '03:15';

/** Every timed job. Strays from earlier versions are removed when a worker starts. */
export const schedules: Schedule[] = [
  { name: 'nightly', pattern: '15 3 * * *', tz: zone },
  { name: 'dispatch', pattern: '* * * * *', tz: zone },
  { name: 'webhooks', pattern: '* * * * *', tz: zone },
  { name: 'reconcile', pattern: '*/10 * * * *', tz: zone },
  { name: 'forget', pattern: '*/5 * * * *', tz: zone },
];
