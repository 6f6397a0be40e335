import { handlers } from '../../src/follow-on.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { handle } from '../../src/shared/outbox.ts';
import type { Headers } from './app.ts';

/** A donor's spreadsheet of so many tablets, whose serial numbers begin with a mark. */
export const donorList = (lines: number, mark: string) =>
  [
    'Type,Make,Model,Serial No.',
    ...Array.from({ length: lines }, (_, n) => `tablet,Acme,One,${mark}${n}`),
  ].join('\n');

/** A list of so many tablets that are out, each with someone else. */
export const listOfLoans = (lines: number, mark: string) =>
  [
    'Type,Make,Model,Serial No.,Given name,Family name,Date of birth,Issued on',
    ...Array.from(
      { length: lines },
      (_, n) => `tablet,Acme,One,${mark}${n},Ada,Sample${n},${1 + (n % 28)}/02/1980,01/09/2026`,
    ),
  ].join('\n');

/** Does what a worker does of the work on lists that waits. How much there was. */
export async function workOnLists(deps: Deps): Promise<number> {
  const waiting = await deps.db
    .selectFrom('outbox')
    .select('event_id')
    .where('handler', '=', 'work-on-list')
    .where('done_at', 'is', null)
    .execute();
  for (const { event_id } of waiting) await handle(deps, handlers['work-on-list']!, event_id, 'work-on-list');
  return waiting.length;
}

/** The form of a page as a browser sends it, with a file or without. */
export async function listForm(
  headers: Headers,
  url: string,
  fields: Record<string, string>,
  file?: string,
): Promise<{ method: 'POST'; url: string; headers: Headers; payload: Buffer }> {
  const { 'x-csrf-token': token, ...session } = headers;
  const form = new FormData();
  for (const [name, value] of Object.entries({ _csrf: token!, ...fields })) form.set(name, value);
  if (file !== undefined) form.set('file', new Blob([file]), 'list.csv');
  const request = new Request('http://localhost', { method: 'POST', body: form });
  return {
    method: 'POST',
    url,
    headers: { ...session, 'content-type': request.headers.get('content-type')! },
    payload: Buffer.from(await request.arrayBuffer()),
  };
}

/** The value of a hidden field of a page. */
export const hiddenIn = (body: string, name: string) =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1];
