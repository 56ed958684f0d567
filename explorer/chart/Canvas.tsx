import { type EChartsType, init } from 'echarts/core';
import { useEffect, useRef } from 'react';
import type { Option } from './draw.ts';

interface CanvasProps {
  option: Option;
  /** When this changes, nothing of what was drawn stays, such as how far it is zoomed in. */
  subject: string;
  /** What is to be seen, in words. */
  label: string;
  /** Takes the chart for as long as it stands. */
  onChart(chart: EChartsType | undefined): void;
}

/** Draws a chart into all the room that it is given. */
export function Canvas({ option, subject, label, onChart }: CanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const drawn = useRef<string>(undefined);

  useEffect(() => {
    const room = place.current!;
    chart.current = init(room);
    onChart(chart.current);
    const watch = new ResizeObserver(() => chart.current?.resize());
    watch.observe(room);
    return () => {
      watch.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
      drawn.current = undefined;
      onChart(undefined);
    };
  }, [onChart]);

  useEffect(() => {
    const isNew = drawn.current !== subject;
    drawn.current = subject;
    chart.current?.setOption(option, isNew ? { notMerge: true } : { replaceMerge: ['series'] });
  }, [option, subject]);

  return <div ref={place} className="chart-canvas" role="img" aria-label={label} />;
}
