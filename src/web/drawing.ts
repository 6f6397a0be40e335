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
    import('echarts/features'),
  ]).then(
    ([
      core,
      { BarChart, LineChart },
      { AriaComponent, GridComponent, LegendComponent },
      { SVGRenderer },
      { LabelLayout },
    ]) => {
      core.use([
        AriaComponent,
        BarChart,
        LineChart,
        GridComponent,
        LegendComponent,
        SVGRenderer,
        LabelLayout,
      ]);
      core.setPlatformAPI({ measureText: (text, font) => ({ width: widthOf(text, sizeOf(font)) }) });
      return core;
    },
  );
  return loaded;
}

const sizeOf = (font?: string) => Number(/(\d+(?:\.\d+)?)px/.exec(font ?? '')?.[1] ?? chartText.fontSize);

/** Shares of the size of a letter, as Arial has them: of narrow and of wide letters, and of all others. */
const narrow = /[ijltfrI.,:;'’!|()/ -]/;
const wide = /[mwMWQ@%—&]/;

/** How wide a text is at most, in pixels. The library would guess, and the browser’s letters would stand over each other. */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const letter of text)
    width += narrow.test(letter) ? 0.36 : wide.test(letter) ? 0.95 : /[A-Z]/.test(letter) ? 0.74 : 0.58;
  return width * size;
}
