import { Temporal } from 'temporal-polyfill';

export const deliveryStatuses = ['pending', 'sending', 'delivered', 'failed', 'superseded'] as const;

/** What a call may be about, as its body names it. */
export const callTypes = { change: 'referral.changed', test: 'webhook.test' } as const;

/** What may go wrong with an attempt, in words for whoever looks after the clinic's system. */
export const faultWords = {
  refused: 'It answered, but not with a success.',
  gone: 'It answered that it is gone for good.',
  redirect: 'It answered with a redirect, which is not followed. Give the address it leads to.',
  timeout: 'It did not answer in time.',
  unreachable: 'It could not be reached.',
  certificate: 'Its certificate could not be verified.',
  private_address: 'Its name leads to an address inside a private network, where we send nothing.',
  stopped: 'We were stopped while sending. It may have arrived.',
} as const;
export type Fault = keyof typeof faultWords;

/** What an attempt came to: the status code where there was an answer, and what was wrong with it. */
export type Outcome = { status: number | null; fault: Fault | null };

/** Seconds to wait after each failed attempt, about as long each as Standard Webhooks advises; the last one repeats. */
const waits = [10, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600];
/** After so long a person has to look. */
const giveUpAfter = Temporal.Duration.from({ hours: 72 });

/** When the next attempt is, after so many failed ones (from 1). */
export function nextAttempt(attempts: number, now: Temporal.Instant): Temporal.Instant {
  return now.add({ seconds: waits[Math.min(attempts, waits.length) - 1]! });
}

/** When it is given up. */
export function giveUpAt(now: Temporal.Instant): Temporal.Instant {
  return now.add(giveUpAfter);
}

/** What an answer's status code means: only 2xx is a success, and redirects are not followed. */
export function faultOf(status: number): Fault | null {
  if (status >= 200 && status < 300) return null;
  if (status === 410) return 'gone';
  return status >= 300 && status < 400 ? 'redirect' : 'refused';
}

/** How long the secret before a rotation still signs too, so that the receiver can change over. */
export const oldSecretHours = 24;

/**
 * What is wrong with an endpoint's address, in a sentence; undefined when it may be used.
 * @param allowed hosts, with a port where one is named, that may be http and inside a private network
 */
export function urlFault(url: string, allowed: string[]): string | undefined {
  let read: URL;
  try {
    read = new URL(url);
  } catch {
    return 'Give a whole address, like https://clinic.example.org/lendwell.';
  }
  const isAllowed = allowed.includes(read.host);
  if (read.protocol !== 'https:' && !(isAllowed && read.protocol === 'http:'))
    return 'Give an address that begins with https://.';
  if (read.username || read.password) return 'Leave out the name and password. Each call is signed instead.';
  if (read.hash) return 'Leave out the part from # on.';
  return undefined;
}
