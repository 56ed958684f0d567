import { registry } from '../platform/metrics.ts';

type Labels = Record<string, string>;

/** Samples of the text format, by name and labels. */
export class Metrics {
  constructor(readonly samples: { name: string; labels: Labels; value: number }[]) {}

  /** The sum of those that have these labels among theirs; 0 where there are none. */
  value(name: string, labels: Labels = {}): number {
    const wanted = Object.entries(labels);
    return this.samples
      .filter((sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** How much each has grown. */
  since(before: Metrics): Metrics {
    return new Metrics(
      this.samples.map((sample) => ({ ...sample, value: sample.value - before.value(sample.name, sample.labels) })),
    );
  }
}

/** What this process tells Prometheus. */
export async function metricsOf(): Promise<Metrics> {
  return parseMetrics(await registry.metrics());
}

/**
 * Reads the text format strictly, https://prometheus.io/docs/instrumenting/exposition_formats/.
 * @throws Error that shows the line
 */
export function parseMetrics(text: string): Metrics {
  if (!text.endsWith('\n')) throw new Error('the last line must end');
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const seen = new Set<string>();
  const samples: Metrics['samples'] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const wrong = (why: string) => new Error(`${why}: ${line}`);
    const [, kind, about, rest] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? [];
    if (line === '') continue;
    if (kind === 'HELP') {
      if (helped.has(about!)) throw wrong('told twice');
      helped.add(about!);
    } else if (kind === 'TYPE') {
      if (types.has(about!) || !/^(counter|gauge|histogram|summary)$/.test(rest!)) throw wrong('no type');
      types.set(about!, rest!);
    } else {
      const [, name, , list = '', number] =
        /^([a-zA-Z_:][\w:]*)(\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line) ?? [];
      if (name === undefined) throw wrong('no sample');
      const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
      if (!types.has(family) || !helped.has(family)) throw wrong('of no type');
      const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number === 'Nan' ? 'NaN' : number);
      if (number === '' || (Number.isNaN(value) && number !== 'Nan')) throw wrong('no number');
      const pairs = [...list.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, label, of]) => [label!, of!]);
      const key = `${name} ${JSON.stringify(pairs.toSorted())}`;
      if (seen.has(key)) throw wrong('twice');
      seen.add(key);
      samples.push({ name, labels: Object.fromEntries(pairs), value });
    }
  }
  return new Metrics(samples);
}
