import { draw, type Picture, chartText as text } from '../../web/drawing.ts';
import { type Column, hidden, type ReadPart, type Row } from './report.rules.ts';

/** The colours of a chart’s series in order, each at least 3 to 1 against white and told apart without hue. */
const colours = ['#005eb8', '#78be20', '#330072', '#ed8b00', '#768692', '#ae2573', '#00a499', '#7c2855'];

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
  const names = { type: 'category' as const, data: rows.map((row) => say(label, row[label.key] ?? null)) };
  const values = {
    type: 'value' as const,
    minInterval: 1,
    axisLabel: { ...text, hideOverlap: true },
    splitLine: { lineStyle: { color: '#d8dde0' } },
  };
  const named = {
    ...names,
    axisTick: { show: false },
    axisLabel: {
      ...text,
      ...(lying ? { width: width * 0.3, overflow: 'truncate' as const } : { hideOverlap: true }),
    },
  };
  const top = 16 + legendRows(series, width) * 26;
  const height = top + (lying ? 44 + rows.length * (series.length > 1 && !chart.stacked ? 48 : 36) : 260);
  return draw(
    {
      color: colours,
      grid: {
        left: 8,
        right: 24,
        top,
        bottom: 8,
        outerBoundsMode: 'same',
      },
      ...(series.length > 1
        ? { legend: { left: 0, top: 0, itemGap: 16, textStyle: text, selectedMode: false } }
        : {}),
      xAxis: lying ? values : named,
      yAxis: lying ? named : values,
      series: series.map((column, at) => ({
        type: 'bar' as const,
        name: column.text,
        barMaxWidth: 32,
        ...(chart.stacked ? { stack: 'all' } : {}),
        data: rows.map((row) =>
          row[column.key] === hidden ? hiddenBar(colours[at]!) : Number(row[column.key] ?? 0),
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
  label: { show: true, formatter: hidden, ...text },
});

/** How many rows the names of the series take above the picture, at about 8 pixels a letter. */
function legendRows(series: Column[], width: number): number {
  if (series.length < 2) return 0;
  let rows = 1;
  let used = 0;
  for (const { text } of series) {
    const needed = 46 + text.length * 8;
    if (used > 0 && used + needed > width) {
      rows++;
      used = 0;
    }
    used += needed;
  }
  return rows;
}
