import { chartText, draw, type Picture, widthOf } from '../../web/drawing.ts';
import { type Column, hidden, type ReadPart, type Row } from './report.rules.ts';

/** The colours of a chart’s series that mean nothing by themselves, each at least 3 to 1 against white. */
const colours = ['#005eb8', '#330072', '#ae2573', '#00786c', '#7c2855', '#4c6272'];

/** What a colour means on every page it means in a chart: the darker of the tag that says the same. */
const colourOf: Record<string, string> = {
  done: '#007f3b',
  ready: '#007f3b',
  found: '#007f3b',
  met: '#007f3b',
  open: '#005eb8',
  out: '#005eb8',
  preparing: '#8a6d00',
  damaged: '#b45309',
  faulty: '#8a4b00',
  missed: '#d5281b',
  lost: '#d5281b',
  stolen: '#8a1b1b',
  gifted: '#4c6272',
  retired: '#768692',
};

/** The colour of each series: what its word means, else the next that means nothing. */
export function coloursOf(keys: string[]): string[] {
  const free = colours.filter((colour) => !keys.some((key) => colourOf[key] === colour));
  return keys.map((key) => colourOf[key] ?? free.shift() ?? '#212b32');
}

/** How a value of a column is written, in words. */
export type Say = (column: Column, value: Row[string]) => string;

/**
 * A part of a report as a picture, with no script in it. What is hidden is drawn as hidden. The picture
 * repeats its table, and is never the only place where a figure is.
 */
export async function drawChart(part: ReadPart, width: number, say: Say): Promise<Picture> {
  const chart = part.chart!;
  const [label, ...columns] = part.columns as [Column, ...Column[]];
  const series = chart.series.map((key) => columns.find((column) => column.key === key)!);
  const lying = chart.way === 'lying';
  const rows = lying ? part.rows.slice(0, 20).toReversed() : part.rows;
  const shades = coloursOf(chart.series);
  const said = rows.map((row) => say(label, row[label.key] ?? null));
  // A name has up to half of the picture, and stands in as many lines as it needs.
  const nameWidth = Math.min(
    width * 0.5,
    Math.max(...said.map((name) => widthOf(name, chartText.fontSize)), 0) + 4,
  );
  const mostLines = Math.max(
    1,
    ...said.map((name) => Math.ceil(widthOf(name, chartText.fontSize) / (width * 0.5))),
  );
  // What is counted stands on the bars, where there is room for it.
  const isNumbered = !chart.stacked && (lying || width / (rows.length * series.length) >= 30);
  const names = { type: 'category' as const, data: said };
  const values = {
    type: 'value' as const,
    minInterval: 1,
    axisLabel: { ...chartText, hideOverlap: true },
    splitLine: { lineStyle: { color: '#d8dde0' } },
  };
  const named = {
    ...names,
    axisTick: { show: false },
    axisLabel: {
      ...chartText,
      ...(lying
        ? { width: nameWidth, overflow: 'break' as const, lineHeight: 18, interval: 0 }
        : { hideOverlap: true, showMinLabel: true, showMaxLabel: true, margin: 14 }),
    },
  };
  const top = 16 + legendRows(series, width) * 26;
  const height =
    top +
    (lying
      ? 44 + rows.length * Math.max(series.length > 1 && !chart.stacked ? 48 : 36, mostLines * 18 + 10)
      : 260);
  return draw(
    {
      color: shades,
      // A pattern tells series apart as well.
      aria: { enabled: true, label: { enabled: false }, decal: { show: series.length > 1 } },
      grid: {
        left: 8,
        right: lying ? 40 : 24,
        top,
        bottom: 8,
        outerBoundsMode: 'same',
      },
      legend: { left: 0, top: 0, itemGap: 16, textStyle: chartText, selectedMode: false },
      xAxis: lying ? values : named,
      yAxis: lying ? named : values,
      series: series.map((column, at) => ({
        type: 'bar' as const,
        name: column.text,
        barMaxWidth: 32,
        ...(chart.stacked ? { stack: 'all' } : {}),
        ...(isNumbered && {
          label: { show: true, position: lying ? ('right' as const) : ('top' as const), ...chartText },
          labelLayout: { hideOverlap: true },
        }),
        data: rows.map((row) =>
          row[column.key] === hidden ? hiddenBar(shades[at] ?? '#212b32') : Number(row[column.key] ?? 0),
        ),
      })),
    },
    width,
    height,
  );
}

/** A bar that tells of nothing but that it is hidden: of one length, in dashes, with a `*`. */
const hiddenBar = (color: string) => ({
  value: 7,
  itemStyle: { color: '#ffffff', borderColor: color, borderWidth: 2, borderType: 'dashed' as const },
  label: { show: true, formatter: hidden, ...chartText },
});

/** How many rows the names of the series take above the picture: they say what is counted. */
function legendRows(series: Column[], width: number): number {
  let rows = 1;
  let used = 0;
  for (const { text } of series) {
    const needed = 46 + widthOf(text, chartText.fontSize);
    if (used > 0 && used + needed > width) {
      rows++;
      used = 0;
    }
    used += needed;
  }
  return rows;
}
