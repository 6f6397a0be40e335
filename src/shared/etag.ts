import { createHash } from 'node:crypto';
import { Problem } from './problem.ts';

/** The ETag of a record that changes only together with its `changedAt`. */
export function etagOf(id: string, changedAt: string): string {
  return `"${createHash('sha256').update(`${id} ${changedAt}`).digest('base64url').slice(0, 22)}"`;
}

/**
 * Holds a change to the version its author saw.
 * @throws Problem `if-match-required` without If-Match, `changed-meanwhile` when it names another version
 */
export function requireMatch(ifMatch: string | undefined, current: string): void {
  if (!ifMatch)
    throw new Problem('if-match-required', { detail: 'Send the ETag that a GET of this record gave.' });
  const given = ifMatch.split(',').map((tag) => tag.trim());
  if (!given.includes(current) && !given.includes('*')) {
    throw new Problem('changed-meanwhile', { detail: 'Read it again, then repeat your change.' });
  }
}
