import { may } from '../access/permissions.ts';
import type { Actor } from '../shared/actor.ts';
import { settings } from './settings.rules.ts';

/** The settings that someone's role opens to them, by what they are about. */
export function settingsFor(actor: Pick<Actor, 'role'>) {
  return settings
    .map(({ title, pages }) => ({ title, pages: pages.filter(({ action }) => may(actor, action)) }))
    .filter(({ pages }) => pages.length > 0);
}

/**
 * The navigation beside a page of settings: the groups that someone's role opens, the one that the page is in, and the
 * page. Null where the page is none of theirs.
 */
export function settingsBeside(actor: Pick<Actor, 'role'>, path: string) {
  const groups = settingsFor(actor).map(({ title, pages }) => ({
    title,
    pages: pages.map(({ href, text }) => {
      const place = pathOf(href);
      return { href, text, current: path === place, active: path === place || path.startsWith(`${place}/`) };
    }),
  }));
  const within = groups.find(({ pages }) => pages.some(({ active }) => active));
  return within ? { groups, title: within.title } : null;
}

const pathOf = (href: string) => href.split('?')[0] ?? href;

/** The settings that have every word that someone looks for, in the order in which they are shown, those whose name has one first. */
export function findSettings(actor: Pick<Actor, 'role'>, sought: string) {
  const words = wordsOf(sought);
  if (!words.length) return [];
  const has = (text: string) => (word: string) => wordsOf(text).some((one) => one.startsWith(word));
  return settingsFor(actor)
    .flatMap(({ title, pages }) => pages.map((page) => ({ ...page, title })))
    .filter(({ text, about, also, title }) => words.every(has(`${text} ${about} ${also} ${title}`)))
    .toSorted((one, other) => Number(words.some(has(other.text))) - Number(words.some(has(one.text))));
}

/** The words of a text, as they are compared: without capitals, and without the ending of more than one. */
const wordsOf = (text: string) =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) =>
    word.length > 3 ? word.replace(/(?<!s)s$/, '') : word,
  );
