import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildSchema, graphql } from 'graphql';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../platform/log.ts';
import { projectRoot } from '../platform/root.ts';
import { openSubgraphs } from '../subgraphs/roster.ts';
import type { Streams } from '../subgraphs/streams/stream.ts';
import { publishPoints } from './airMessages.ts';
import { type Client, client } from './client.ts';
import { command, environmentOf, killAll } from './command.ts';
import { item } from './menuMessages.ts';
import { openWorld, type World } from './world.ts';

// Two tenants with the same ids. Whatever is of acme says so, or has the index 57; what is of the other says rival.
const secret = 'of the issuer, and of those it trusts';
const domains = ['occupancy', 'air', 'menu', 'people', 'wiki', 'streams'];
const everything = domains.flatMap((domain) => [`${domain}:read`, `${domain}:write`]).join(' ');
const ofAcme = /acme|"aqiUs":57/i;
const ofRival = /rival|"aqiUs":31/i;
const begin = new Date();
const hour = 3_600_000;
const iso = (time: number) => new Date(time).toISOString();
const noon = begin.getTime() - 2 * hour;

let world: World;
let url: string;
let acme: Client;
let rival: Client;

const bearer = async (tenant: string, scope = everything) => {
  const token = new SignJWT({ iss: 'issuer', aud: 'tributary', sub: tenant, tenant, scope })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('10m');
  return { authorization: `Bearer ${await token.sign(new TextEncoder().encode(secret))}` };
};
const everyView =
  '{ spaces { totalCount } readings { totalCount } terms { totalCount } menuItems { totalCount } stations { totalCount } }';
/** Sends mutations one after the other. @returns the positions that they are at */
const send = async (who: Client, mutations: string[]) => {
  const positions: (string | undefined)[] = [];
  for (const mutation of mutations) {
    const answer = await who.query<Record<string, { position?: string }>>(`mutation { ${mutation} }`);
    positions.push(Object.values(answer)[0]!.position);
  }
  return positions;
};
const areSeen = (positions: (string | undefined)[]) =>
  Promise.all(positions.map((position) => position && acme.query(everyView, {}, { 'read-after': position })));

/** What both tenants have, by the same ids. */
const written = (name: string) => [
  `saveSpace(input: { id: "lobby", name: "${name} lobby", latitude: 47, longitude: 15 }) { position }`,
  `saveDoorway(input: { id: "door", name: "${name} door", ingress: "lobby" }) { position }`,
  `saveDpu(input: { id: "dpu", doorway: "door", from: "${iso(noon - hour)}" }) { position }`,
  `saveTerms(terms: [{ id: "brand", text: "${name}brew" }]) { position }`,
  `startFeed(input: { id: "feed", adapter: "IQAIR_DAILY", endpoint: "https://93.184.215.14/${name}", secretKey: "k" }) { message }`,
];

beforeAll(async () => {
  const tokens = { JWT_SECRET: secret, JWT_ISSUER: 'issuer', JWT_AUDIENCE: 'tributary' };
  world = await openWorld({ ...tokens, READ_AFTER_TIMEOUT_MS: 60_000 });
  await world.ingest();
  const gateway = await world.gateway();
  url = gateway.url;
  acme = client(url, await bearer('acme'));
  rival = client(url, await bearer('rival'));
  await Promise.all([fill('acme', acme, 57, gateway.streams), fill('rival', rival, 31, gateway.streams)]);
});
afterAll(async () => {
  killAll();
  await world[Symbol.asyncDispose]();
});

const ofAcmeAlone = [
  'saveSpace(input: { id: "acme-only", name: "acme only" }) { position }',
  'saveDoorway(input: { id: "acme-door", name: "acme door", ingress: "acme-only" }) { position }',
  `saveDpu(input: { id: "acme-dpu", doorway: "acme-door", from: "${iso(noon)}" }) { position }`,
  'saveTerms(terms: [{ id: "acme-term", text: "acmecola" }]) { position }',
  'startFeed(input: { id: "acme-feed", adapter: "IQAIR_DAILY", endpoint: "https://93.184.215.14/", secretKey: "k" }) { message }',
  `recordReadings(readings: [{ dpu: "acme-dpu", time: "${iso(noon)}", direction: 1, id: "acme-r" }]) { position }`,
];

/** Writes in every way there is: by mutations, by uploads, and as any producer does, with a header. */
async function fill(name: string, who: Client, aqiUs: number, streams: Streams): Promise<void> {
  const isAcme = name === 'acme';
  const headers = await bearer(name);
  const upload = async (path: string, type: string, body: string) => {
    const response = await fetch(url + path, { method: 'POST', headers: { ...headers, 'content-type': type }, body });
    return ((await response.json()) as { position: string }).position;
  };
  const reading = { dpu_id: 'dpu', timestamp: iso(noon), direction: 1 };
  const readings = Array.from({ length: isAcme ? 3 : 1 }, (_, at) => ({ ...reading, reading_id: `${name}-${at}` }));
  const items = [
    item('sent', `${name}brew, sent`, { menu: 'menu', tenant: name }),
    ...(isAcme ? [item('acme-item', 'acmecola', { menu: 'acme-menu', tenant: name })] : []),
  ];
  const points = [
    { tenant: name, feed: 'feed', city: 'Graz', time: noon, aqiUs },
    ...(isAcme ? [{ tenant: name, feed: 'acme-feed', city: 'acme city', time: noon, latitude: 48 }] : []),
  ];
  await areSeen([
    ...(await send(who, [...written(name), ...(isAcme ? ofAcmeAlone : [])])),
    await upload('/occupancy/readings', 'application/x-ndjson', readings.map((one) => JSON.stringify(one)).join('\n')),
    await upload('/menu/items', 'text/csv', `MenuId,ProductName,ItemId\nmenu,a ${name}brew and ${name}cola,posted`),
    streams.receipt('menu.items', await world.publisher.publish('menu.items', items)),
    (await publishPoints(world, points))['Read-After'],
  ]);
  const feeds = () => who.query<{ feeds: object[] }>('{ feeds { id } }');
  while ((await feeds()).feeds.length < (isAcme ? 2 : 1)) await delay(20); // they have no receipt
}

const span = `from: "${iso(noon - hour)}", to: "${iso(noon + hour)}", every: "PT1H"`;
const space = `name doorways { name } count { value } series(${span}) { value } airQuality { aqiUs }`;
const page = 'totalCount edges { node';
/** What is asked of every field of a tenant's data, by ids that both have and by such that acme alone has. */
const queries: Record<string, string> = {
  space: `a: space(id: "lobby") { ${space} } b: space(id: "acme-only") { ${space} }`,
  spaces: `spaces { ${page} { ${space} } } } found: spaces(name: "ACME") { totalCount }`,
  doorway:
    'a: doorway(id: "door") { name ingress { name } mounts { dpu { id } } } b: doorway(id: "acme-door") { name }',
  doorways: `a: doorways { ${page} { name } } } b: doorways(space: "acme-only") { totalCount }`,
  dpu: 'a: dpu(id: "dpu") { mounts { doorway { name } } doorway { name } } b: dpu(id: "acme-dpu") { id }',
  dpus: `dpus { ${page} { id doorway { name } } } }`,
  readings: `a: readings { ${page} { id doorway { name } } } } b: readings(dpu: "acme-dpu") { ${page} { id } } }`,
  station: `a: station(id: "Austria/Styria/Graz") { latest { aqiUs } at(time: "${iso(noon)}") { aqiUs } series(${span}) { aqiUsMax } }
    b: station(id: "Austria/Styria/acme city") { city }`,
  stations: `a: stations { ${page} { city latest { aqiUs } } } } b: stations(city: "acme city") { totalCount }
    c: stations(near: { latitude: 48, longitude: 15 }) { ${page} { city } } }`,
  feeds: 'feeds { id endpoint lastRun { id } runs { totalCount } }',
  feed: `a: feed(id: "feed") { endpoint runs { ${page} { payload } } } } b: feed(id: "acme-feed") { id runs { totalCount } }`,
  term: `a: term(id: "brand") { text mentions items { ${page} { name } } } } b: term(id: "acme-term") { text mentions }`,
  terms: `a: terms { ${page} { text } } } b: terms(text: "ACME") { totalCount }`,
  menu: `a: menu(id: "menu") { items { ${page} { name matches { found } } } } } b: menu(id: "acme-menu") { id }`,
  menuItems: `a: menuItems { ${page} { name } } } b: menuItems(text: "acme") { totalCount } c: menuItems(unmatched: false) { totalCount }`,
  matchText: 'matchText(name: "acmebrew, rivalbrew, acmecola") { found term { id text } }',
};
/** What a mutation of rival with ids of acme is told; all but the refused are taken, for rival alone. */
const mutations: Record<string, [text: string, refusal?: string]> = {
  deleteSpace: ['deleteSpace(id: "acme-only") { position }', 'There is no space'],
  deleteDoorway: ['deleteDoorway(id: "acme-door") { position }', 'There is no doorway'],
  deleteDpu: ['deleteDpu(id: "acme-dpu") { position }', 'There is no DPU'],
  moveDpu: ['moveDpu(dpu: "acme-dpu", doorway: "door") { position }', 'There is no DPU'],
  calibrateSpace: [
    `calibrateSpace(space: "acme-only", count: 9, at: "${iso(noon)}") { position }`,
    'There is no space',
  ],
  deleteTerm: ['deleteTerm(id: "acme-term") { position }', 'There is no term'],
  stopFeed: ['stopFeed(id: "acme-feed") { message }', 'There is no feed'],
  reparseFeed: ['reparseFeed(id: "acme-feed") { position }', 'There is no feed'],
  saveSpace: ['saveSpace(input: { id: "acme-only", name: "of rival" }) { position }'],
  saveDoorway: ['saveDoorway(input: { id: "acme-door", name: "of rival", ingress: "acme-only" }) { position }'],
  saveDpu: [`saveDpu(input: { id: "acme-dpu", doorway: "acme-door", from: "${iso(noon)}" }) { position }`],
  recordReadings: [
    `recordReadings(readings: [{ dpu: "acme-dpu", time: "${iso(noon)}", direction: 1, id: "acme-r" }]) { position }`,
  ],
  saveTerms: ['saveTerms(terms: [{ id: "acme-term", text: "something else" }]) { position }'],
  startFeed: [
    'startFeed(input: { id: "acme-feed", adapter: "IQAIR_DAILY", endpoint: "https://93.184.215.14/other", secretKey: "l" }) { message }',
  ],
};
/** The events of a time that is over, of what both have by the same ids. */
const subscriptions: Record<string, string> = {
  spaceCount: 'spaceCount(space: "lobby", after: $after, since: $since, until: $until) { cursor count { value } }',
  airReadings: 'airReadings(after: $after, since: $since, until: $until) { cursor reading { aqiUs station { city } } }',
  termMatched:
    'termMatched(after: $after, since: $since, until: $until) { cursor item { name } match { term { text } } }',
};
/** What is not a tenant's, and the same for all who have signed in. */
const shared = [
  ...['Query.person', 'Query.people', 'Query.company', 'Query.companies', 'Query.shortestPath'],
  ...['Query.wikiEdit', 'Query.wikiEdits', 'Query.wikiActivity', 'Query.wikiTop', 'Mutation.publishPeople'],
  ...['Subscription.graphChanged', 'Subscription.wikiEdits', 'Subscription.wikiActivity'],
];
/** What tells of the data of all tenants, and so takes scopes of its own. */
const ofOperators: Record<string, string> = {
  'Query.topics': '{ topics { name } }',
  'Query.topic': '{ topic(name: "menu.items") { name } }',
  'Query.deadLetters': '{ deadLetters { totalCount } }',
  'Query.deadLetter': '{ deadLetter(id: "0/0") { id } }',
  'Mutation.redriveDeadLetters': 'mutation { redriveDeadLetters(ids: ["0/0"]) { position } }',
};

test('every root field is either for all or has a case here', () => {
  const sdl = readFileSync(join(projectRoot, 'schema', 'supergraph.graphql'), 'utf8');
  const schema = buildSchema(sdl, { assumeValid: true, assumeValidSDL: true });
  const fields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.keys(type!.getFields()).map((field) => `${type!.name}.${field}`),
  );
  const cases = Object.entries({ Query: queries, Mutation: mutations, Subscription: subscriptions });
  const known = cases.flatMap(([type, of]) => Object.keys(of).map((field) => `${type}.${field}`));
  const watched = 'Subscription.topicMessages';
  expect([...shared, ...Object.keys(ofOperators), watched, ...known].sort()).toEqual(fields.sort());
});

test.each(Object.entries(ofOperators))('%s is for operators', async (_, operation) => {
  const reader = client(url, await bearer('acme', everything.replaceAll(/streams:\w+/g, '')));
  expect((await reader.ask(operation)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  const operator = client(url, await bearer('acme', 'streams:read streams:write'));
  expect((await operator.ask(operation)).errors?.[0]?.extensions.code).not.toBe('FORBIDDEN');
});

test('Subscription.topicMessages is for operators', async () => {
  const reader = client(url, await bearer('acme', 'menu:read'));
  const watching = reader.subscribe('subscription { topicMessages(topic: "menu.items") { cursor } }');
  await expect(watching.next()).rejects.toThrow('streams:read');
});

const answered = async (who: Client, query: string) => JSON.stringify(await who.query(`{ ${query} }`));

test.each(Object.entries(queries))('%s tells each tenant of its own', async (_, query) => {
  // Alternating, so that what is gathered into one statement is of both.
  const who = Array.from({ length: 4 }, (_, at) => (at % 2 === 0 ? acme : rival));
  for (const [at, told] of (await Promise.all(who.map((one) => answered(one, query)))).entries()) {
    expect(told).toMatch(at % 2 === 0 ? ofAcme : ofRival);
    expect(told).not.toMatch(at % 2 === 0 ? ofRival : ofAcme);
  }
});

test('a third tenant, and who names none, see neither', async () => {
  for (const tenant of ['third', 'public', 'ACME']) {
    const third = client(url, await bearer(tenant));
    for (const query of Object.values(queries)) {
      const told = await answered(third, query);
      expect(told).not.toMatch(ofAcme);
      expect(told).not.toMatch(ofRival);
      expect(told).not.toMatch(/"totalCount":[1-9]/);
    }
  }
});

test('what rival does to the ids of acme changes nothing for acme', async () => {
  const all = () => Promise.all(Object.values(queries).map((query) => answered(acme, query)));
  const before = await all();
  for (const [text, refusal] of Object.values(mutations)) {
    const { data, errors } = await rival.ask<Record<string, { position?: string }>>(`mutation { ${text} }`);
    if (refusal === undefined) await areSeen([Object.values(data!)[0]!.position]);
    else
      expect(errors).toMatchObject([
        { message: expect.stringContaining(refusal), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
  }
  expect(await all()).toEqual(before);
});

describe.each(Object.entries(subscriptions))('%s', (field, text) => {
  const query = `subscription ($after: Cursor, $since: DateTime, $until: DateTime) { ${text} }`;
  const past = { since: begin, until: new Date(Date.now() + 60_000) };
  const eventsOf = async (who: Client, variables: Record<string, unknown>) => {
    const events: { cursor: string }[] = [];
    for await (const event of who.subscribe<Record<string, { cursor: string }>>(query, variables))
      events.push(event[field]!);
    return events;
  };

  test('tells each tenant of its own, and takes no cursor of another', async () => {
    past.until = new Date();
    const [ofOne, ofOther] = await Promise.all([eventsOf(acme, past), eventsOf(rival, past)]);
    if (field === 'spaceCount') {
      expect(ofOne.at(-1)).toMatchObject({ count: { value: 3 } });
      expect(ofOther.at(-1)).toMatchObject({ count: { value: 1 } });
    } else {
      expect(JSON.stringify(ofOne)).toMatch(ofAcme);
      expect(JSON.stringify(ofOther)).toMatch(ofRival);
    }
    const bare = (events: object[]) => JSON.stringify(events.map((event) => ({ ...event, cursor: null })));
    expect(bare(ofOne)).not.toMatch(ofRival);
    expect(bare(ofOther)).not.toMatch(ofAcme);
    await expect(eventsOf(rival, { after: ofOne[0]!.cursor })).rejects.toThrow('CURSOR_FOREIGN');
    expect(await eventsOf(acme, { after: ofOne[0]!.cursor, until: past.until })).toEqual(ofOne.slice(1));
  });
});

test('two tenants who ask the same at the same time are told of their own, live', async () => {
  const query = 'subscription { airReadings { reading { aqiUs } } }';
  const [one, other] = [acme, rival].map((who) =>
    who.subscribe<{ airReadings: { reading: { aqiUs: number } } }>(query),
  );
  const first = [one!.next(), other!.next()];
  // Only once both have begun; what comes before is not theirs.
  const told: unknown[] = [];
  for (const next of first) next.then(({ value }) => told.push(value));
  for (let at = 1; told.length < 2; at++)
    await publishPoints(world, [
      { tenant: 'acme', city: 'Graz', time: noon + at * 1_000, aqiUs: 57 },
      { tenant: 'rival', city: 'Graz', time: noon + at * 1_000, aqiUs: 31 },
    ]);
  for (const [at, next] of first.entries())
    expect((await next).value).toEqual({ airReadings: { reading: { aqiUs: [57, 31][at] } } });
  await Promise.all([one!.return!(), other!.return!()]);
});

test('the count that a subscription begins with is of the tenant', async () => {
  for (const [who, value] of [
    [acme, 3],
    [rival, 1],
  ] as const) {
    const events = who.subscribe('subscription { spaceCount(space: "lobby") { count { value } } }');
    expect((await events.next()).value).toEqual({ spaceCount: { count: { value } } });
    await events.return!();
  }
});

test('names of companies are counted in the menus of the tenant that asks', async () => {
  const { subgraphs, close } = await openSubgraphs(world.settings, ['menu'], createLogger('test', 'silent'));
  const source = `{ _entities(representations: [{ __typename: "Company", id: "1", name: "Acmecola" }]) {
    ... on Company { brandMentions } } }`;
  const mentions = async (tenant: string) => {
    const contextValue = { caller: { subject: null, tenant, scopes: ['menu:read'] } };
    const { data } = await graphql({ schema: subgraphs[0]!.schema, source, contextValue });
    return (data as { _entities: { brandMentions: number }[] })._entities[0]!.brandMentions;
  };
  expect([await mentions('acme'), await mentions('rival')]).toEqual([2, 0]);
  await close();
});

test('who lacks a scope is told so, and gets the rest', async () => {
  const reader = client(url, await bearer('acme', 'occupancy:read'));
  const { data, errors } = await reader.ask<Record<string, unknown>>(
    '{ space(id: "lobby") { name airQuality { aqiUs } } term(id: "brand") { text } wikiEdits { totalCount } }',
  );
  expect(data).toEqual({ space: { name: 'acme lobby', airQuality: null }, term: null, wikiEdits: { totalCount: 0 } });
  expect(errors?.map(({ path, extensions, message }) => [path?.join('.'), extensions.code, message]).sort()).toEqual([
    ['space.airQuality', 'FORBIDDEN', 'Space.airQuality needs the scope air:read, which the caller does not have.'],
    ['term', 'FORBIDDEN', 'Query.term needs the scope menu:read, which the caller does not have.'],
  ]);
  const refused = await reader.ask('mutation { deleteSpace(id: "lobby") { position } }');
  expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' }, path: ['deleteSpace'] }]);
  for (const [path, type] of [
    ['/occupancy/readings', 'application/x-ndjson'],
    ['/menu/items', 'text/csv'],
  ] as const) {
    const headers = { ...(await bearer('acme', 'occupancy:read menu:read')), 'content-type': type };
    const response = await fetch(url + path, { method: 'POST', headers, body: '{}' });
    expect([response.status, JSON.stringify(await response.json())]).toEqual([
      403,
      expect.stringContaining('FORBIDDEN'),
    ]);
  }
  await expect(reader.subscribe('subscription { airReadings { cursor } }').next()).rejects.toThrow('air:read');
});

test('a key that is made on the command line is taken while the gateway runs, and refused once it is revoked', async () => {
  const run = async (...args: string[]) => {
    const { output, exitCode } = command(['key', ...args], environmentOf(world.settings));
    return [await exitCode, output()] as const;
  };
  const scopes = ['--scope', 'occupancy:read', 'air:read'];
  const [unknown, [, said]] = await Promise.all([
    run('create', '--name', 'x', '--scope', 'air:red'),
    run('create', '--name', 'a sensor', '--tenant', 'acme', ...scopes),
  ]);
  expect(unknown).toEqual([1, expect.stringContaining('There is no scope air:red; there are air:read, air:write, ')]);
  const [key, id] = /^trb_([a-z0-9]+)_\S+/m.exec(said)!;
  const machine = client(url, { 'x-api-key': key });
  const ask = () => machine.ask<{ space: { name: string } }>('{ space(id: "lobby") { name } }');
  while ((await ask()).errors) await delay(50);
  expect((await ask()).data).toEqual({ space: { name: 'acme lobby' } });
  const events = machine.subscribe('subscription { spaceCount(space: "lobby") { cursor } }');
  await events.next();
  const ended = events.next().catch((reason) => reason);
  const [, list] = await run('list');
  expect(list).toMatch(new RegExp(`^${id}  created \\S+  acme  air:read occupancy:read  a sensor\\n$`));
  await run('revoke', id!);
  expect(await ended).toMatchObject({ code: 4403, reason: 'The API key is revoked.' });
  expect((await ask()).errors).toMatchObject([{ message: 'The API key is revoked.' }]);
  expect(await run('list', '--json')).toEqual([0, '[]\n']);
});
