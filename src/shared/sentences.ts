import { inWords } from './formats.ts';
import { statusTag } from './statuses.ts';

// Parts of the sentences of timelines. What is missing says nothing.

/** `in_person` as `in person`, inside a sentence. */
export const inside = (value: string | null | undefined): string => inWords(value).toLowerCase();

/** `A`, `A and B`, `A, B and C`. */
export const several = (values: readonly string[] | undefined): string =>
  new Intl.ListFormat('en-GB').format(values ?? []);

/** The name of a thing behind what happened to it: `: Charger`. */
export const called = (name: string | undefined): string => (name ? `: ${name}` : '');

/** A status as its tag shows it, inside a sentence. */
export const statusInside = (status: string): string => statusTag(status).text.toLowerCase();

/** What a thing has become, as a sentence of its own behind another. */
export const nowIs = (what: string, status: string | undefined): string =>
  status ? `. ${what} is now ${statusInside(status)}` : '';
