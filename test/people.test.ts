import { afterAll, beforeAll, expect, test } from 'vitest';
import { peopleDemo } from '../ingest/people/demo.ts';
import { client, type Client } from './client.ts';
import { openWorld, type World } from './world.ts';

let world: World;
let gateway: Client;

beforeAll(async () => {
  world = await openWorld();
  await world.ingest();
  gateway = client((await world.gateway()).url);
});
afterAll(() => world[Symbol.asyncDispose]());

test('a published message can be read at its receipt', async () => {
  const { publishPeople } = await gateway.query<{ publishPeople: { accepted: number; position: string } }>(
    'mutation ($messages: [JSON!]!) { publishPeople(messages: $messages) { accepted position } }',
    { messages: peopleDemo() },
  );
  expect(publishPeople.accepted).toBe(peopleDemo().length);
  const found = await gateway.query('{ person(id: 1001) { name } }', {}, { 'Read-After': publishPeople.position });
  expect(found).toEqual({ person: { name: 'Ada Lindqvist' } });
});
