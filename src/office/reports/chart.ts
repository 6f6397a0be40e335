import { type Column, hidden, type ReadPart, type Row } from './report.rules.ts';

/** The colours of a chart’s series in order, each at least 3 to 1 against white and told apart without hue. */
const colours = ['#005eb8', '#78be20', '#330072', '#ed8b00', '#768692', '#ae2573', '#00a499', '#7c2855'];
const text = { color: '#212b32', fontFamily: 'Arial, sans-serif', fontSize: 14 };

/** How wide a chart is drawn, in pixels: for a page beside others, and for a phone. */
export const chartWidths = { wide: 760, narrow: 320 } as const;

/** How a value of a column is written, in words. */
export type Say = (column: Column, value: Row[string]) => string;

/** A picture as the address of an image, with its size in pixels: an SVG document brings its own styles, which a page would not allow. */
export type Picture = { src: string; width: number; height: number };

/**
 * A part of a report as a picture, with no script in it. What is hidden is drawn as hidden. The picture
 * repeats its table, and is never the only place where a figure is.
 */
export async function drawChart(part: ReadPart, width: number, say: Say): Promise<Picture> {
  const { init } = await charts();
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
  const drawn = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    drawn.setOption({
      animation: false,
      color: colours,
      textStyle: text,
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
    });
    const svg = withoutNumbers(drawn.renderToSVGString());
    return { src: `data:image/svg+xml,${encodeURIComponent(svg)}`, width, height };
  } finally {
    drawn.dispose();
  }
}

/**
 * A drawing without what is for pointing at it, which an image never hears of. The library numbers that for as long as
 * the process runs, and the same figures have to make the same bytes.
 */
const withoutNumbers = (svg: string) =>
  svg
    .replaceAll(/<style >.*?<\/style>\n?/gs, '')
    .replaceAll(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
    .replaceAll(/\bzr\d+-/g, 'zr-');

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

let loaded: Promise<typeof import('echarts/core')> | undefined;

/** The library takes a while to load, and a worker never needs it. */
function charts() {
  loaded ??= Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]).then(([core, { BarChart }, { GridComponent, LegendComponent }, { SVGRenderer }]) => {
    core.use([BarChart, GridComponent, LegendComponent, SVGRenderer]);
    return core;
  });
  return loaded;
}
