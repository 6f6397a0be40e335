import { stepWords } from '../../src/office/nightly/nightly.commands.ts';
import { inWords } from '../../src/shared/formats.ts';
import { statusTag } from '../../src/shared/statuses.ts';

/** A status as the pages say it, inside a sentence. */
export const inPlain = (status: string): string => statusTag(status).text.toLowerCase();

/** By what a message goes, as a sentence names it. */
export const channelInPlain = (channel: string): string =>
  ({ sms: 'a text', email: 'an email', letter: 'a letter' })[channel] ?? channel;

/** Checks as a sentence names them. */
const checks: Record<string, string> = {
  sanitisation: 'wiping',
  electrical: 'electrical safety',
  setup: 'setting up',
};
export const checkInPlain = (kind: string): string => checks[kind] ?? inWords(kind).toLowerCase();

/** The checks that are open, or that none is. */
export const openInPlain = (kinds: string[]): string =>
  kinds.length ? `still to check: ${kinds.map(checkInPlain).join(', ')}` : 'nothing left to check';

/** What the steps of a night did, without those that had nothing to do. */
export function nightInPlain(steps: { step: string; count: number }[]): string {
  const done = steps.filter(({ count }) => count > 0);
  return (
    done.map(({ step, count }) => `${stepWords[step] ?? inWords(step)}: ${count}`).join('; ') || 'nothing'
  );
}

/** What happened with a device, as its history tells it here. */
const happened: Record<string, string> = {
  'loan.returned': 'came back from a loan',
  'loan.issued': 'went out on a loan',
  'device.checked': 'a check was recorded',
  'donation.recorded': 'was given by a donor',
};
export const happenedInPlain = (type: string): string =>
  happened[type] ?? inWords(type.replace('.', ' ')).toLowerCase();
