import { createHash } from 'node:crypto';
import { lower } from '../../shared/formats.ts';
import type { StoryToTell } from '../../support/stories/stories-to-tell.queries.ts';
import { followedWords } from '../../support/stories/story.rules.ts';
import type { Picture } from '../../web/drawing.ts';
import { drawChart } from './chart.ts';
import type { Paper } from './paper.queries.ts';
import type { Figure, PaperContent, Section, Story } from './paper.rules.ts';
import { sectionsOf } from './paper-sections.ts';
import type { Column, ReadPart, ReportRead } from './report.rules.ts';
import { hasPicture, linesOf } from './report.view.ts';
import { sayValue } from './report-words.ts';

/** A story under the name by which its person wants to be told. */
export const toldAs = ({ words, toldName, followed, month }: StoryToTell): Story => ({
  title: `${toldName ?? 'Someone'}, ${sayValue({ key: 'month', text: 'Month', kind: 'month' }, month)}: ${lower(followedWords[followed])}`,
  words,
});

/** How wide a chart of a paper is, in pixels: for half of a sheet, and for a phone. */
const chartWidth = 480;

/** A paper as its page and its file show it: the same from the same content and stories, wherever and whenever it is made. */
export async function paperView({ content, from, to, madeOn }: Paper, stories: Story[]) {
  const sections = sectionsOf(content);
  const words = JSON.stringify([content.scheme, from, to, madeOn, sections, stories]);
  const [earlier, later] = content.halves.map((reports) => reports[0]) as [ReportRead, ReportRead];
  return {
    from,
    to,
    madeOn,
    scheme: content.scheme,
    halves: earlier && later ? [earlier, later].map((half) => ({ from: half.from, to: half.to })) : [],
    sections: await Promise.all(sections.map(drawn)),
    stories,
    definitions: definitionsOf(content, sections),
    isWithoutCosts: isWithoutCosts(content),
    digest: createHash('sha256').update(words).digest('hex'),
  };
}

/** A paper as the API gives it: the same sentences as text, and the reports that their numbers are from. */
export function paperRead({ id, from, to, madeOn, content }: Paper) {
  const sections = sectionsOf(content).map(({ key, title, sentences }) => ({
    key,
    title,
    sentences: sentences.map((parts) =>
      parts.map((part) => (typeof part === 'string' ? part : part.shown)).join(''),
    ),
  }));
  return { id, from, to, madeOn, scheme: content.scheme, sections, halves: content.halves };
}

/** Where the definition of a figure stands in the paper. */
const anchorOf = ({ report, part, column }: Figure) => `${report}-${part ?? 'top'}-${column}`;

async function drawn({ key, title, sentences, charts }: Section) {
  const lines = sentences.map((parts) =>
    parts.map((part) =>
      typeof part === 'string' ? { text: part } : { text: part.shown, anchor: anchorOf(part) },
    ),
  );
  return { key, title, lines, charts: await Promise.all(charts.filter(hasPicture).map(chartOf)) };
}

/** A chart with the table of what it draws. */
async function chartOf(
  part: ReadPart,
): Promise<{ picture: Picture; title: string; columns: Column[]; lines: object[] }> {
  const [label, ...others] = part.columns as [Column, ...Column[]];
  const columns = [label, ...others.filter(({ key }) => part.chart!.series.includes(key))];
  const shown = { ...part, columns };
  return {
    picture: await drawChart(shown, chartWidth, sayValue),
    title: part.title,
    columns,
    lines: linesOf(shown),
  };
}

/** What each figure of the paper counts, by its report. */
function definitionsOf({ halves }: PaperContent, sections: Section[]) {
  const figures = sections.flatMap(({ sentences }) =>
    sentences.flatMap((parts) => parts.filter((part): part is Figure => typeof part !== 'string')),
  );
  const used = new Map(figures.map((figure) => [anchorOf(figure), figure]));
  return [...Map.groupBy(used, ([, { report }]) => report)].map(([name, of]) => {
    const report = halves[1].find((one) => one.name === name)!;
    return {
      name,
      title: report.title,
      about: report.about,
      figures: of.map(([anchor, { part, column }]) => {
        const within = report.parts.find(({ key }) => key === part);
        const { text, about } = (within?.columns ?? report.headline.columns).find(
          ({ key }) => key === column,
        )!;
        return { anchor, text: within ? `${within.title}: ${text}` : text, about: about ?? within?.about };
      }),
    };
  });
}

const isWithoutCosts = ({ halves }: PaperContent) =>
  halves.some((reports) =>
    reports.some(({ name, headline }) => name === 'costs' && headline.row.spent === null),
  );
