import { BarChart, type BarSeriesOption, LineChart, type LineSeriesOption } from 'echarts/charts';
import {
  AriaComponent,
  type AriaComponentOption,
  DataZoomComponent,
  type DataZoomComponentOption,
  GridComponent,
  type GridComponentOption,
  LegendComponent,
  type LegendComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from 'echarts/components';
import { type ComposeOption, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { Colours } from '../ui/colours.ts';
import { type Drawing, seenPoints } from './series.ts';
import { readNumber, timeZone } from './summary.ts';

use([
  ...[LineChart, BarChart, CanvasRenderer],
  ...[AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent],
]);

/** What is given to the library. */
export type Option = ComposeOption<
  | BarSeriesOption
  | LineSeriesOption
  | AriaComponentOption
  | DataZoomComponentOption
  | GridComponentOption
  | LegendComponentOption
  | TooltipComponentOption
>;

/** Each has a contrast of at least 3 to the background. */
const palettes = {
  light: ['#1f6feb', '#b5520a', '#18794a', '#9333b8', '#b3264a', '#0b7285', '#7a5c00', '#5a4fcf'],
  dark: ['#6cb0ff', '#ffab5e', '#5fd39a', '#d79cff', '#ff8fa8', '#5fd3e3', '#e6cc5c', '#b3adff'],
};
/** Lines differ by more than their colour, for those who see few. */
const dashes = ['solid', [6, 3], [2, 3], [10, 3, 2, 3]] as const;

/** Up to this many points, bars are wide enough to differ by more than their colour. */
const few = 300;
/** Above this many points, bars are drawn as one shape, and nothing moves. */
const many = 2_000;

interface Look {
  shape: 'line' | 'bar';
  /** Of the x axis. */
  xName: string;
  colours: Colours;
  isMoving: boolean;
}

export function optionOf({ x, categories, series }: Drawing, { shape, xName, colours, isMoving }: Look): Option {
  const text = { color: colours.text };
  const line = { lineStyle: { color: colours.faint } };
  const size = series.reduce((sum, { points }) => sum + points.length, 0);
  const isOne = series.length === 1;
  const name = {
    nameTextStyle: text,
    axisLabel: { ...text, hideOverlap: true },
    axisLine: line,
    axisTick: line,
  };
  return {
    animation: isMoving && size <= many,
    animationDuration: 300,
    aria: { enabled: true, label: { enabled: false }, decal: { show: shape === 'bar' && !isOne && size <= few } },
    backgroundColor: colours.background,
    color: palettes[colours.isDark ? 'dark' : 'light'],
    textStyle: { fontFamily: 'Roboto, sans-serif' },
    grid: { left: 8, right: 16, top: isOne ? 32 : 40, bottom: 8 },
    legend: {
      ...{ show: !isOne, type: 'scroll', top: 0, left: 0, right: 0, itemGap: 14 },
      textStyle: text,
      ...{ pageTextStyle: text, pageIconColor: colours.text, pageIconInactiveColor: colours.faint },
    },
    tooltip: {
      ...{ trigger: 'axis', renderMode: 'richText', confine: true },
      backgroundColor: colours.background,
      borderColor: colours.faint,
      textStyle: text,
      valueFormatter: (value) => (typeof value === 'number' ? readNumber(value) : 'nothing'),
    },
    dataZoom: { type: 'inside', filterMode: x === 'category' ? 'filter' : 'none' },
    xAxis: {
      ...name,
      type: x === 'category' || x === 'time' ? x : 'value',
      ...(x === 'category' && { data: [...categories], axisLabel: labelsOf(categories, text) }),
      ...(x === 'number' && { scale: true, splitLine: { show: false } }),
      name: x === 'time' ? `${xName}, ${timeZone}` : xName,
      nameLocation: 'middle',
      nameGap: 28,
    } as Option['xAxis'],
    yAxis: {
      ...name,
      type: 'value',
      scale: shape === 'line',
      splitLine: line,
      ...(isOne && { name: series[0]!.name, nameLocation: 'end', nameTextStyle: { ...text, align: 'left' } }),
      axisLabel: { ...text, formatter: readNumber },
    },
    series: series.map((one, index) =>
      shape === 'line'
        ? {
            ...{ type: 'line', name: one.name, data: seenPoints(one.points) },
            sampling: 'lttb',
            showSymbol: one.points.length <= 60,
            symbol: ['circle', 'rect', 'triangle', 'diamond'][index % 4]!,
            symbolSize: 5,
            lineStyle: { width: 1.75, type: dashes[index % dashes.length] as 'solid' },
            emphasis: { focus: 'series' },
          }
        : {
            ...{ type: 'bar', name: one.name, data: one.points },
            ...{ large: one.points.length > many, barMaxWidth: 40, barMinWidth: 1 },
          },
    ),
  };
}

/** A few names are all there, slanted so that they have room. */
function labelsOf(categories: readonly string[], text: { color: string }) {
  const isFew = categories.length <= 24;
  return { ...text, hideOverlap: true, width: 90, overflow: 'truncate', ...(isFew && { interval: 0, rotate: 40 }) };
}
