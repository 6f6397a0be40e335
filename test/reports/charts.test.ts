import { wcagContrast } from 'culori';
import { sql } from 'kysely';
import t from 'tap';
import { loadDemonstration } from '../../scripts/demonstration/load.ts';
import { coloursOf } from '../../src/office/reports/chart.ts';
import { reportNames } from '../../src/office/reports/report.rules.ts';
import { testApp } from '../helpers/app.ts';
import { openBrowser } from '../helpers/browser.ts';

t.setTimeout(600_000);

const { app, as, deps } = await testApp(t);
await loadDemonstration(deps);
// Names as long as real ones are: a chart has to show them whole.
await sql`update organisation set name = 'The Royal Borough’s Early Intervention Service at ' || name`.execute(
  deps.db,
);

/** What a picture says and where, as a browser draws it: [text, left, top, right, bottom]. */
type Said = [string, number, number, number, number];

t.test('every chart says its words whole, in the picture and not over each other', async (t) => {
  const page = await openBrowser(t, { baseURL: 'http://127.0.0.1' });
  let charts = 0;
  for (const name of reportNames) {
    const { body } = await app.inject({ url: `/reports/${name}`, headers: as.manager });
    const pictures = [...body.matchAll(/data:image\/svg\+xml,([^" ]+)/g)].map(([, svg]) =>
      decodeURIComponent(svg!),
    );
    for (const [at, svg] of pictures.entries()) {
      charts++;
      await page.setContent(`<body style="margin:0">${svg}`);
      const { size, said } = await page.evaluate(() => {
        const { document } = globalThis as unknown as { document: Document };
        const { width, height } = document.querySelector('svg')!.getBoundingClientRect();
        const said = [...document.querySelectorAll('text')].map((one): Said => {
          const { left, top, right, bottom } = one.getBoundingClientRect();
          return [one.textContent ?? '', left, top, right, bottom];
        });
        return { size: [width, height], said };
      });
      const [width, height] = size as [number, number];
      const cut = said.filter(
        ([, left, top, right, bottom]) => left < -1 || top < -1 || right > width + 1 || bottom > height + 1,
      );
      const over = said.flatMap(([one, ...a], place) =>
        said.slice(place + 1).flatMap(([other, ...b]) => (meet(a, b) ? `${one} / ${other}` : [])),
      );
      t.same([cut.map(([text]) => text), over], [[], []], `${name}, picture ${at + 1}`);
      t.notOk(
        said.some(([text]) => text.includes('…')),
        `${name}, picture ${at + 1}: nothing is cut short`,
      );
    }
  }
  t.ok(charts >= 20, `${charts} pictures`);
});

type Box = [number, number, number, number];
/** Whether two boxes share more than a line’s edge. */
const meet = (a: Box, b: Box) =>
  Math.min(a[2], b[2]) - Math.max(a[0], b[0]) > 1 && Math.min(a[3], b[3]) - Math.max(a[1], b[1]) > 3;
type Document = {
  querySelector(of: string): { getBoundingClientRect(): DOMRect } | null;
  querySelectorAll(of: string): Iterable<{ textContent: string | null; getBoundingClientRect(): DOMRect }>;
};
type DOMRect = { width: number; height: number; left: number; top: number; right: number; bottom: number };

t.test('a series has the colour that its word has everywhere, and each can be seen', async (t) => {
  t.same(coloursOf(['done', 'missed', 'open']), ['#007f3b', '#d5281b', '#005eb8']);
  t.notOk(
    coloursOf(['asked', 'open'])
      .slice(1)
      .includes(coloursOf(['asked', 'open'])[0]!),
    'no colour twice',
  );
  for (const colour of coloursOf([
    'done',
    'open',
    'missed',
    'damaged',
    'preparing',
    'retired',
    'a',
    'b',
    'c',
    'd',
    'e',
  ]))
    t.ok(wcagContrast(colour, '#ffffff') >= 3, colour);
});
