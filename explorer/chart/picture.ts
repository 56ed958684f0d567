import type { EChartsType } from 'echarts/core';
import type { Colours } from '../ui/colours.ts';

/** Sharp on screens of any density, and in print. */
const scale = 2;
const margin = 16;
const lines = { title: 20, summary: 16 };

/** The chart as a PNG, under its title and above its summary, in the colours of the screen. */
export function pictureOf(chart: EChartsType, title: string, summary: string, colours: Colours): Promise<Blob> {
  const picture = document.createElement('canvas');
  const top = margin + lines.title + margin / 2;
  const height = top + chart.getHeight() + lines.summary + margin;
  picture.width = (chart.getWidth() + 2 * margin) * scale;
  picture.height = height * scale;
  const context = picture.getContext('2d')!;
  context.scale(scale, scale);
  context.fillStyle = colours.background;
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = colours.text;
  context.textBaseline = 'top';
  context.font = '600 16px sans-serif';
  context.fillText(title, margin, margin, chart.getWidth());
  context.font = '12px sans-serif';
  context.fillText(summary, margin, height - margin - 12, chart.getWidth());
  const drawn = chart.renderToCanvas({ pixelRatio: scale });
  context.drawImage(drawn, margin, top, chart.getWidth(), chart.getHeight());
  return new Promise((resolve, reject) =>
    picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser made no PNG of the chart.')))),
  );
}
