import type { EChartsCoreOption } from 'echarts/core';

/** How wide a chart is drawn, in pixels: for a page beside others, and for a phone. */
export const chartWidths = { wide: 760, narrow: 320 } as const;

/** How text in a chart looks. */
export const chartText = { color: '#212b32', fontFamily: 'Arial, sans-serif', fontSize: 14 };

/** A picture as the address of an image, with its size in pixels: an SVG document brings its own styles, which a page would not allow. */
export type Picture = { src: string; width: number; height: number };

/** Draws a chart of the library as a picture with no script in it. */
export async function draw(option: EChartsCoreOption, width: number, height: number): Promise<Picture> {
  const { init } = await charts();
  const drawn = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    drawn.setOption({ animation: false, textStyle: chartText, ...option });
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

let loaded: Promise<typeof import('echarts/core')> | undefined;

/** The library takes a while to load, and a worker never needs it. */
function charts() {
  loaded ??= Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]).then(([core, { BarChart, LineChart }, { GridComponent, LegendComponent }, { SVGRenderer }]) => {
    core.use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);
    return core;
  });
  return loaded;
}
