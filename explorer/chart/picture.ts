import { type EChartsType, init } from 'echarts/core';
import type { Colours } from '../ui/colours.ts';
import type { Option } from './draw.ts';

/** Sharp on screens of any density, and in print. */
const scale = 2;
/** In points, whatever room the pane has: there are names of series to show. */
const size = { width: 960, height: 540 };
const margin = 16;
const lines = { title: 28, summary: 24 };

interface Picture {
  /** What is on the screen, zoomed in as it is. */
  shown: EChartsType;
  option: Option;
  title: string;
  summary: string;
  colours: Colours;
}

/** The chart as a PNG, under its title and above its summary, in the colours of the screen. */
export function pictureOf({ shown, option, title, summary, colours }: Picture): Promise<Blob> {
  const { dataZoom, legend } = shown.getOption() as Option;
  const chart = init(document.createElement('div'), undefined, size);
  chart.setOption({ ...option, animation: false });
  chart.setOption({ dataZoom, legend });
  const drawn = chart.renderToCanvas({ pixelRatio: scale });
  chart.dispose();

  const picture = document.createElement('canvas');
  const top = margin + lines.title;
  const height = top + size.height + lines.summary + margin;
  picture.width = (size.width + 2 * margin) * scale;
  picture.height = height * scale;
  const context = picture.getContext('2d')!;
  context.scale(scale, scale);
  context.fillStyle = colours.background;
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = colours.text;
  context.textBaseline = 'top';
  context.font = '500 18px Roboto, sans-serif';
  context.fillText(title, margin, margin, size.width);
  context.font = '12px Roboto, sans-serif';
  context.fillText(summary, margin, height - margin - 12, size.width);
  context.drawImage(drawn, margin, top, size.width, size.height);
  return new Promise((resolve, reject) =>
    picture.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser made no PNG of the chart.')))),
  );
}
