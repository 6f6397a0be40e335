import { type CheckKind, type DeviceStatus, statusWords } from './device.rules.ts';
import { unfitText } from './fitness.rules.ts';
import { type Scanned, type Verdict, whyNone } from './scan.rules.ts';

/** What the bench says of a device in colour and words: `ok` is ready, `part` has more to do, `stopped` cannot go on. */
export type BenchVerdict = {
  tone: 'ok' | 'part' | 'stopped';
  label: string;
  text: string;
  link?: { href: string; text: string };
};

type OnBench = { id: string; status: DeviceStatus; openChecks: CheckKind[] };

/** Whether a device has something to do at the bench: it is being prepared, or held with a check to do again. */
export const isForBench = ({ status, openChecks }: Pick<OnBench, 'status' | 'openChecks'>) =>
  (status === 'in_preparation' || status === 'reserved') && openChecks.length > 0;

/** What is said of a scan that the bench has nothing to do with; null when it has. */
export function benchRefusal(scan: Scanned): BenchVerdict | null {
  const { code, device } = scan;
  if (!device) return { tone: 'stopped', label: code, text: whyNone(scan) };
  if (isForBench(device)) return null;
  const { assetTag, status, loan, unfit } = device;
  const link: Verdict['link'] = loan
    ? { href: `/loans/${loan.id}`, text: `See loan ${loan.reference}` }
    : { href: `/devices/${device.id}`, text: 'See the device' };
  const text =
    status === 'ready'
      ? unfit.map(unfitText).join(' ') || 'It is ready to lend already.'
      : `It is ${statusWords[status]}, so there are no checks to do.`;
  return { tone: status === 'ready' && !unfit.length ? 'ok' : 'stopped', label: assetTag, text, link };
}

/** What is said after checks were recorded. */
export function benchVerdict(
  { device, assetTag }: { device: OnBench; assetTag: string },
  { failed }: { failed: boolean },
): BenchVerdict {
  const { id, status, openChecks } = device;
  const label = assetTag;
  const open = `Still to do: ${openChecks.join(', ')}.`;
  if (failed)
    return {
      tone: 'stopped',
      label,
      text: `The check failed. ${open}`,
      link: { href: `/devices/${id}`, text: 'See the device' },
    };
  if (openChecks.length)
    return { tone: 'part', label, text: open, link: { href: `/bench/${id}`, text: 'Go on with it' } };
  return {
    tone: 'ok',
    label,
    text: status === 'reserved' ? 'Every check is done. It is still held.' : 'Ready to lend.',
    link: { href: `/devices/${id}`, text: 'See the device' },
  };
}

/** What a tick of each check stands for, so that nobody vouches for what they did not see. */
export const tickWords: Record<CheckKind, string> = {
  sanitisation: 'Erased, verified by a second person, and no memory card left in it',
  electrical: 'Device, charger and cable looked at and safe',
  setup: 'Set up, updated and working',
  updates: 'Gets security updates: looked for in its settings, and nothing is left to install',
};

/** The fields that stay as they were for the next device on the bench. */
export const benchFields = [
  'performedBy',
  'performedOn-day',
  'performedOn-month',
  'performedOn-year',
  'evidence.method',
  'evidence.tool',
  'evidence.toolVersion',
  'evidence.verifiedBy',
  'evidence.level',
  'evidence.nextDue-day',
  'evidence.nextDue-month',
  'evidence.nextDue-year',
] as const;
