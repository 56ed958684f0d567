import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { measureProcess, registry } from './metrics.ts';
import { projectRoot } from './root.ts';

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  datasource?: { uid: string };
  targets?: { refId: string; expr: string; datasource: { uid: string } }[];
}

const dashboard = JSON.parse(readFileSync(join(projectRoot, 'docs', 'grafana.json'), 'utf8')) as {
  panels: Panel[];
  templating: { list: { name: string; type: string }[] };
};
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const names = new Set(expressions.flatMap((text) => text.match(/\b(tributary|nodejs|process)_\w+/g) ?? []));

beforeAll(measureProcess);

test('every metric is on the dashboard, and the dashboard asks for no other', () => {
  const known = registry.getMetricsAsArray().flatMap((metric) => {
    const isHistogram = 'observe' in metric && 'startTimer' in metric;
    return isHistogram ? ['_bucket', '_sum', '_count'].map((part) => metric.name + part) : [metric.name];
  });
  expect(known).toEqual(expect.arrayContaining([...names]));
  const shown = [...names].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
  const ours = registry.getMetricsAsArray().filter(({ name }) => name.startsWith('tributary_'));
  expect(shown).toEqual(expect.arrayContaining(ours.map(({ name }) => name)));
});

test('metrics are named as Prometheus wants it, in base units, and say what they are', () => {
  const counters = registry.getMetricsAsArray().filter(({ name }) => name.startsWith('tributary_'));
  for (const metric of counters) {
    expect(metric.name).toMatch(/^tributary_[a-z]+(_[a-z]+)*$/);
    expect(metric.name).not.toMatch(/_(ms|milliseconds|kb|percent)(_|$)/);
    expect((metric as { help?: string }).help).toMatch(/^[A-Z].*\.$/);
  }
});

test('Grafana can show the dashboard: panels have ids of their own, lie beside one another, and ask the chosen source', () => {
  const { panels, templating } = dashboard;
  expect(templating.list.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'datasource datasource',
    'instance query',
  ]);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const taken = new Set<string>();
  for (const { type, gridPos, datasource, targets = [], title } of panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken, title).not.toContain(`${x} ${y}`);
        taken.add(`${x} ${y}`);
      }
    if (type === 'row') continue;
    expect(targets.length, title).toBeGreaterThan(0);
    for (const { uid } of [datasource!, ...targets.map((target) => target.datasource)])
      expect(uid).toMatch(/^\$\{datasource\}$/);
  }
});
