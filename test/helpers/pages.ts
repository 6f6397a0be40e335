import type { Test } from 'tap';
import type { App } from '../../src/shared/http.ts';
import type { Headers } from './app.ts';
import { axeClean, openBrowser, overflows, thenLoaded } from './browser.ts';
import { steps } from './steps.ts';

/** Sends forms as a page does, without a browser: `post(url, fields)`; a field may have several values. */
export function forms(app: App, headers: Headers) {
  return {
    get: (url: string) => app.inject({ url, headers }),
    post(url: string, fields: Record<string, string | string[]> = {}) {
      const pairs = Object.entries(fields).flatMap(([name, value]) =>
        [value].flat().map((one): [string, string] => [name, one]),
      );
      return app.inject({
        method: 'POST',
        url,
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(pairs).toString(),
      });
    },
  };
}

/** The version that a form of this page sends along. */
export const versionIn = (body: string) =>
  /name="version" value="([^"]+)"/.exec(body)![1]!.replaceAll('&quot;', '"');

/**
 * Two send a form who saw the same: the second is refused, sees what is said of the other's change and what they
 * typed, presses once more, and is done.
 */
export async function savedByTwo(
  t: Test,
  { get, post }: ReturnType<typeof forms>,
  { page, form = page, first, second, shows }: SavedByTwo,
) {
  const version = versionIn((await get(page)).body);
  t.equal((await post(form, { ...first, version })).statusCode, 303);
  const late = await post(form, { ...second, version });
  t.equal(late.statusCode, 412);
  for (const one of shows) t.match(late.body, one);
  t.equal((await post(form, { ...second, version: versionIn(late.body) })).statusCode, 303);
}

type SavedByTwo = {
  page: string;
  /** Where the form goes, when not to its page. */
  form?: string;
  first: Record<string, string | string[]>;
  second: Record<string, string | string[]>;
  shows: (string | RegExp)[];
};

/**
 * A browser in which someone is signed in, or nobody yet where the headers have no cookie. `step` tells the story of the test,
 * and `look` holds the page shown to axe (which needs scripts) and to both widths, in the step that goes on.
 */
export async function signedInBrowser(
  t: Test,
  baseURL: string,
  headers: Headers,
  { scripts = true, more = [] as string[] } = {},
) {
  const page = await openBrowser(t, { baseURL, scripts, more });
  const { step, now } = steps(t);
  const cookies = (headers.cookie?.split('; ') ?? []).map((cookie) => {
    const [name, ...value] = cookie.split('=');
    return { name: name!, value: value.join('='), url: baseURL };
  });
  await page.context().addCookies(cookies);
  return {
    page,
    step,
    /** What a scanner does: types into what has the focus and ends with Enter, which loads the next page. */
    async scan(code: string) {
      await thenLoaded(page, async () => {
        await page.locator('input:focus').waitFor();
        await page.keyboard.type(code);
        await page.keyboard.press('Enter');
      });
    },
    /** Enter on what has the focus, which loads the next page. */
    enter: () => thenLoaded(page, () => page.keyboard.press('Enter')),
    async look(name: string) {
      if (scripts) await axeClean(now(), page, name);
      for (const width of [360, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        now().equal(await overflows(page), '', `${name} fits ${width} pixels`);
      }
    },
  };
}
