import { chartText, chartWidths, draw, type Picture } from '../../web/drawing.ts';
import type { Outlook } from './forecast.rules.ts';

type Band = Outlook['band'];

/**
 * Bands by week as a picture in both widths: as it is, a grey area with a line through it; as it would be, lines in
 * dashes, so that they are told apart without colour. The picture repeats its table.
 * @param names of the weeks, in words
 */
export async function drawBands(
  names: string[],
  asItIs: Band,
  whatIf: Band | undefined,
): Promise<Record<keyof typeof chartWidths, Picture>> {
  const line = { type: 'line' as const, symbol: 'none', silent: true };
  const ends = { ...line, lineStyle: { type: 'dotted' as const, width: 2, color: '#330072' } };
  const series = [
    { ...line, stack: 'band', lineStyle: { opacity: 0 }, data: asItIs.low },
    {
      ...line,
      stack: 'band',
      lineStyle: { opacity: 0 },
      areaStyle: { color: '#c8d0d4', opacity: 1 },
      data: asItIs.high.map((high, week) => high - asItIs.low[week]!),
    },
    { ...line, lineStyle: { width: 3, color: '#005eb8' }, data: asItIs.middle },
    ...(whatIf
      ? [
          { ...ends, data: whatIf.low },
          {
            ...line,
            lineStyle: { type: 'dashed' as const, width: 3, color: '#330072' },
            data: whatIf.middle,
          },
          { ...ends, data: whatIf.high },
        ]
      : []),
  ];
  const option = {
    grid: { left: 8, right: 24, top: 16, bottom: 8, outerBoundsMode: 'same' },
    xAxis: {
      type: 'category',
      boundaryGap: false,
      data: names,
      axisTick: { show: false },
      axisLabel: { ...chartText, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      min: 0,
      minInterval: 1,
      axisLabel: { ...chartText, hideOverlap: true },
      splitLine: { lineStyle: { color: '#d8dde0' } },
    },
    series,
  };
  return {
    wide: await draw(option, chartWidths.wide, 260),
    narrow: await draw(option, chartWidths.narrow, 260),
  };
}
