import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OperationDefinitionNode, OperationTypeNode, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atPresent, parseCookbook, type Recipe } from '../explorer/cookbook/cookbook.ts';
import { publishInvented } from '../ingest/wiki/demo.ts';
import { projectRoot } from '../platform/root.ts';
import { topicNames } from '../schema/topics.ts';
import { publishPoints } from './airMessages.ts';
import { type Client, client } from './client.ts';
import { loadWholeDemo } from './demo.ts';
import { item } from './menuMessages.ts';
import { company, publish, stint } from './messages.ts';
import { allTaken } from './progress.ts';
import { openWorld, type World } from './world.ts';

const now = Date.now();
const recipes = parseCookbook(readFileSync(join(projectRoot, 'docs', 'cookbook.md'), 'utf8')).map((recipe) =>
  atPresent(recipe, now),
);
const kindOf = ({ query }: Recipe) => (parse(query).definitions[0] as OperationDefinitionNode).operation;
const ofKind = (kind: OperationTypeNode) =>
  recipes.filter((recipe) => kindOf(recipe) === kind).map((recipe) => [recipe.title, recipe] as const);

let world: World;
let gateway: Client;

beforeAll(async () => {
  world = await openWorld({ READ_AFTER_TIMEOUT_MS: 30_000 }); // however slow the machine
  await world.ingest();
  gateway = client((await world.gateway()).url);
  await loadWholeDemo(world, now);
});
afterAll(() => world[Symbol.asyncDispose]());

/** The present, in seconds since 1970. */
const second = Math.floor(now / 1000);

interface Edits {
  totalCount: number;
  edges: { node: Record<string, unknown> }[];
}
interface Ranks {
  wikiTop: { key: string; edits: number }[];
}

/** What a recipe promises beyond an answer that is nowhere empty, by its title. */
const promises: Record<string, (data: never) => void> = {
  'Search people by name': ({ people }: { people: { totalCount: number; edges: { node: { name: string } }[] } }) => {
    expect(people.totalCount).toBe(people.edges.length);
    for (const { node } of people.edges) expect(node.name.toLowerCase()).toContain('lind');
  },
  'Where has a person worked?': ({ person }: { person: { employers: { edges: { node: { company: object } }[] } } }) =>
    expect(new Set(person.employers.edges.map(({ node }) => JSON.stringify(node.company))).size).toBeLessThan(
      person.employers.edges.length, // several stints at one company
    ),
  'Who left a company, and where are they now?': (data) => {
    expect(JSON.stringify(data)).toMatch(/"Bruno Okafor","employers":\{"edges":\[\{[^\]]*"Lumen Robotics"/);
  },
  'What did a company buy, and what had those bought?': (data: { company: { acquisitionTree: { depth: number }[] } }) =>
    expect(new Set(data.company.acquisitionTree.map(({ depth }) => depth)).size).toBeGreaterThan(1),
  'Who bought a company?': (data: { company: { acquiredBy: { acquirer: { acquiredBy: object[] } }[] } }) =>
    expect(data.company.acquiredBy[0]!.acquirer.acquiredBy).not.toEqual([]),
  'How are two people connected?': ({ shortestPath }: { shortestPath: { length: number; nodes: object[] } }) =>
    expect(shortestPath.nodes).toHaveLength(shortestPath.length + 1),
  'What was edited last on a wiki?': ({ wikiEdits }: { wikiEdits: Edits }) => {
    const times = wikiEdits.edges.map(({ node }) => Date.parse(node.time as string));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(times[0]! - now).toBeGreaterThan(-60_000);
  },
  'How many edits a minute in the last hour?': ({ wikiActivity }: { wikiActivity: { edits: number }[] }) => {
    expect(wikiActivity).toHaveLength(60);
    for (const { edits } of wikiActivity) expect(edits).toBeGreaterThan(0);
  },
  'Which pages are edited most?': ({ wikiTop }: Ranks) => expect(wikiTop).toHaveLength(20),
  'Who edits most?': ({ wikiTop }: Ranks) => {
    expect(wikiTop.length).toBeGreaterThan(10);
    expect(wikiTop.filter(({ key }) => key.endsWith('Bot'))).toEqual([]);
  },
  'Bots or people?': ({ makers, kinds }: Record<'makers' | 'kinds', Ranks['wikiTop']>) => {
    expect(makers.map(({ key }) => key).sort()).toEqual(['false', 'true']);
    expect(kinds.map(({ key }) => key).sort()).toEqual(['categorize', 'edit', 'external', 'log', 'new']);
  },
  'Which wikis are busiest?': ({ wikiTop }: Ranks) => expect(wikiTop[0]!.key).toBe('enwiki'),
  'What exactly did Wikimedia send?': ({ wikiEdits }: { wikiEdits: Edits }) =>
    expect(wikiEdits.edges[0]!.node.raw).toMatchObject({
      type: 'log',
      log_type: 'thanks',
      meta: { id: expect.any(String) },
    }),
  'Which edits are about a company?': ({ company }: { company: { wikiEdits: Edits } }) =>
    expect(company.wikiEdits.totalCount).toBeGreaterThan(10),
  'How many people are where?': ({ spaces }: { spaces: { totalCount: number; edges: { node: SpaceNow }[] } }) => {
    expect(spaces.totalCount).toBe(9);
    const [inferred, others] = [true, false].map((yes) =>
      spaces.edges.filter(({ node }) => node.count.inferred === yes),
    );
    expect(inferred!.map(({ node }) => node.name)).toEqual(['Stairs']);
    for (const { node } of others!) if (node.count.drift) expect(node.name).toBe('Roof terrace');
  },
  'How did a day go?': ({ space: { series } }: { space: { series: Quarter[] } }) => {
    expect(series).toHaveLength(96);
    for (const { value, min, max } of series) expect(min <= value && value <= max && min >= 0).toBe(true);
    expect(Math.max(...series.map(({ max }) => max))).toBeGreaterThan(50); // at noon, whenever that was
    expect(Math.min(...series.map(({ max }) => max))).toBeLessThan(20);
  },
  'What has a sensor seen?': ({
    readings,
  }: {
    readings: { totalCount: number; edges: { node: { time: string } }[] };
  }) => {
    expect(readings.totalCount).toBeGreaterThan(1_000);
    const times = readings.edges.map(({ node }) => Date.parse(node.time));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  },
  'What is the air like where?': ({ stations }: { stations: { totalCount: number } }) =>
    expect(stations.totalCount).toBe(4),
  'Which stations are nearest to a place?': ({ stations }: { stations: { edges: { node: { id: string } }[] } }) =>
    expect(stations.edges.map(({ node }) => node.id)).toEqual(['Austria/Vienna/Vienna', 'Norway/Vestland/Bergen']),
  'What was the air like at a time?': ({
    station,
  }: {
    station: Record<'hourAgo' | 'halfDayAgo', { time: string }>;
  }) => {
    for (const [hours, { time }] of [
      [1, station.hourAgo],
      [12, station.halfDayAgo],
    ] as const) {
      const age = now - hours * 3_600_000 - Date.parse(time);
      expect(age >= 0 && age <= 16 * 60_000).toBe(true);
    }
  },
  'How did the air of a day go?': ({ station }: { station: { series: Record<string, number>[] } }) => {
    expect(station.series).toHaveLength(23);
    for (const { samples, aqiUsAvg, aqiUsMin, aqiUsMax, aqiUsMoving24h } of station.series) {
      expect(samples).toBe(4);
      expect(aqiUsMin! <= aqiUsAvg! && aqiUsAvg! <= aqiUsMax! && aqiUsMoving24h! > 50).toBe(true);
    }
  },
  'How many people are on the terrace, and what do they breathe?': ({
    space,
  }: {
    space: Record<'airQuality' | 'airHourAgo', { time: string; station: object }>;
  }) => {
    expect(space.airQuality.station).toEqual({ city: 'Bergen' });
    expect(Date.parse(space.airQuality.time) - Date.parse(space.airHourAgo.time)).toBe(3_600_000);
  },
  'Which feeds are there, and how do they fare?': ({ feeds }: { feeds: object[] }) => {
    expect(feeds).toHaveLength(4);
    for (const feed of feeds) expect(feed).toMatchObject({ state: 'WAITING', lastRun: { outcome: 'STORED' } });
  },
  'What has a feed brought?': ({ feed }: { feed: { runs: { totalCount: number } } }) =>
    expect(feed.runs.totalCount).toBe(96),
  'Which brands are on a menu?': (data) => {
    for (const kind of ['EXACT', 'FOLDED', 'FUZZY']) expect(JSON.stringify(data)).toContain(`"kind":"${kind}"`);
  },
  'Where is a brand served?': ({ term }: { term: { mentions: number } }) => expect(term.mentions).toBeGreaterThan(5),
  'Which companies are behind brands?': ({ terms }: { terms: { totalCount: number } }) =>
    expect(terms.totalCount).toBe(2),
  'How often do menus speak of a company?': ({ company }: { company: Record<'inNames' | 'inBoth', number> }) =>
    expect(company.inNames > 0 && company.inBoth > company.inNames).toBe(true),
  'What is known about a company?': ({ company }: { company: { wikiEdits: Edits; spaces: object[] } }) => {
    expect(company.wikiEdits.totalCount).toBeGreaterThan(3);
    expect(company.spaces).toHaveLength(9);
  },
  'Which rooms are near a station?': ({ station }: { station: { spaces: object[] } }) =>
    expect(station.spaces).toHaveLength(9),
  'What would be found in a text?': ({ matchText }: { matchText: { part: string; term: object; kind: string }[] }) =>
    expect(matchText.map(({ part, term, kind }) => [part, term, kind])).toEqual([
      ['NAME', { text: 'Château Marvenne' }, 'FUZZY'],
      ['DESCRIPTION', { text: "Ferryman's Own" }, 'FOLDED'],
    ]),
  'How far is every view?': ({ topics }: { topics: { views: { lag: number }[] }[] }) => {
    expect(topics).toHaveLength(topicNames.length);
    for (const { lag } of topics.flatMap(({ views }) => views)) expect(lag).toBe(0);
  },
  'What is in a topic?': ({ topic }: { topic: { messages: { edges: { node: { key: string } }[] } } }) => {
    for (const { node } of topic.messages.edges) expect(node.key).toBe('1001');
  },
  'What was refused, and why?': ({ deadLetters }: { deadLetters: { totalCount: number } }) =>
    expect(deadLetters.totalCount).toBe(1),
};

interface SpaceNow {
  name: string;
  count: { inferred: boolean; drift: boolean };
}
interface Quarter {
  value: number;
  min: number;
  max: number;
}

test('promises are kept for recipes that are there', () => {
  const titles = recipes.map(({ title }) => title);
  expect(Object.keys(promises).filter((title) => !titles.includes(title))).toEqual([]);
});

test.each(ofKind(OperationTypeNode.QUERY))('%s', async (title, { query, variables }) => {
  const data = await gateway.query<Record<string, unknown>>(query, variables);
  expect(emptyParts(data)).toEqual([]);
  promises[title]?.(data as never);
});

/**
 * What a mutation changes, by its title: a question, asked with its variables, and the answers before and after; and
 * what the mutation answers itself, where that is not a receipt of all that was given.
 */
const effects: Record<string, { question: string; before: unknown; after: unknown; answer?: object }> = {
  'Publish a person and a job': {
    question: '{ person(id: 1041) { name employers { edges { node { company { id } current } } } } }',
    before: { person: null },
    after: {
      person: {
        name: 'Dana Whitfield',
        employers: { edges: [{ node: { company: { id: '2001' }, current: true } }] },
      },
    },
  },
  'Record readings': {
    question: `{ readings(dpu: "demo-101", from: "${new Date(now - 120_000).toISOString()}") { edges { node { id } } } }`,
    before: { readings: { edges: expect.not.arrayContaining([{ node: { id: 'cookbook-1' } }]) } },
    after: {
      readings: { edges: expect.arrayContaining([1, 2, 3].map((id) => ({ node: { id: `cookbook-${id}` } }))) },
    },
  },
  'Move a sensor': {
    question: `query ($at: DateTime!) { space(id: "lighthouse") { series(from: $at, to: "${new Date(now).toISOString()}", every: "P1D") { entered } } }`,
    before: { space: { series: [{ entered: expect.toSatisfy((entered: number) => entered > 0) }] } },
    after: { space: { series: [{ entered: 0 }] } },
  },
  'Say how many people are really there': {
    question: 'query ($space: ID!, $at: DateTime!) { space(id: $space) { count(at: $at) { value drift } } }',
    before: { space: { count: { value: expect.any(Number), drift: expect.any(Boolean) } } }, // 3 at some times of a day
    after: { space: { count: { value: 3, drift: false } } },
  },
  'Start a feed': {
    question: '{ feed(id: "stavanger") { state adapter } }',
    before: { feed: null },
    after: { feed: { state: 'WAITING', adapter: 'OPEN_METEO' } },
    answer: {
      success: true,
      message: 'Started fetching from adapter OPEN_METEO.',
      feed: { id: 'stavanger', state: 'WAITING', intervalMs: 3_600_000, timeoutMs: 60_000 },
    },
  },
  'Stop a feed': {
    question: '{ feed(id: "stavanger") { state } }',
    before: { feed: { state: 'WAITING' } },
    after: { feed: { state: 'STOPPED' } },
    answer: { success: true, message: 'Stopped fetching from adapter OPEN_METEO.' },
  },
  'Parse again what a feed has brought': {
    question: '{ feed(id: "demo-bergen") { runs { totalCount } lastRun { outcome } } }',
    before: { feed: { runs: { totalCount: 96 }, lastRun: { outcome: 'STORED' } } },
    after: { feed: { runs: { totalCount: 96 }, lastRun: { outcome: 'STORED' } } },
    answer: { accepted: 4, position: expect.any(String) },
  },
  'Add terms': {
    question: '{ term(id: "ricotta") { text } }',
    before: { term: null },
    after: { term: { text: 'Ricotta Ravioli' } },
  },
  'Delete a term': {
    question: '{ term(id: "porridge") { text } }',
    before: { term: { text: 'Oat Porridge' } },
    after: { term: null },
  },
  'Mend what was refused, and send it again': {
    question: '{ deadLetters { edges { node { redriven } } } }',
    before: { deadLetters: { edges: [{ node: { redriven: null } }] } },
    after: { deadLetters: { edges: [{ node: { redriven: expect.any(String) } }] } },
  },
};

test.each(ofKind(OperationTypeNode.MUTATION))('%s', async (title, { query, variables }) => {
  const { question, before, after, answer } = effects[title]!;
  const given = question.startsWith('query') ? variables : {};
  expect(await gateway.query(question, given)).toEqual(before);
  const [answered] = Object.values(await gateway.query<Record<string, { position?: string }>>(query, variables));
  const list = Object.values(variables!).find(Array.isArray) as unknown[] | undefined;
  expect(answered).toEqual(answer ?? { accepted: list?.length ?? 1, position: expect.any(String) });
  const { position } = answered!;
  if (position === undefined) await allTaken(world);
  expect(await gateway.query(question, given, position === undefined ? {} : { 'Read-After': position })).toEqual(after);
});

test.each(ofKind(OperationTypeNode.SUBSCRIPTION))('%s', async (_, { query, variables }) => {
  const events = gateway.subscribe<Record<string, Record<string, unknown>>>(query, variables);
  const first = events.next();
  let hasCome = false;
  const noted = first.finally(() => {
    hasCome = true;
  });
  // A subscription that begins now shows only what comes after it has begun.
  for (let at = 0; !hasCome; at++) {
    const read = await publish(gateway, [
      company(2001, 'Northwind Systems', at),
      stint(1005, 2001, `Try ${at}`, '2024-01-01', null),
    ]);
    // Ten seconds further each time, so that the ten seconds before are over.
    await publishInvented(world.publisher, second + at * 10, second + (at + 1) * 10);
    await publishPoints(world, [{ city: 'Graz', time: now + at * 1_000 }]);
    await world.publisher.publish('menu.items', [item(`try${at}`, 'Silverbrook Merlot')]);
    await Promise.race([noted, gateway.query('{ company(id: 2001) { headcount } }', {}, read)]);
  }
  const [event] = Object.values((await noted).value!) as [Record<string, unknown>];
  expect(event).toMatchObject({ cursor: expect.any(String) });
  const { company: bought, employment, edit, activity, count, reading, item: line, message } = event;
  expect(bought ?? employment ?? edit ?? activity ?? count ?? reading ?? line ?? message).toEqual(expect.any(Object));
  await events.return!();
});

/** The places of an answer that hold nothing: null objects, empty lists, lists without edges. */
function emptyParts(value: unknown, place = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [place] : emptyParts(value[0], `${place}[0]`);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, part]) => {
    if (name === 'raw' || name === 'matches') return []; // the sender's own, who may leave a part of it empty
    const where = `${place}.${name}`;
    return part === null && /^(person|company|shortestPath|station|latest|airQuality|feed|lastRun)$/.test(name)
      ? [where]
      : emptyParts(part, where);
  });
}
