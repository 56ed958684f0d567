import { readFileSync } from 'node:fs';
import { buildSchema, type FieldNode, type OperationDefinitionNode, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { withKnownIds } from './examples.ts';

const contract = buildSchema(readFileSync(new URL('../../schema/release.graphql', import.meta.url), 'utf8'));

/** A gateway that knows these ids and no others. */
function gatewayWith(...ids: string[]) {
  const asked: string[] = [];
  const ask = async (query: string, { id }: Record<string, unknown>) => {
    const document = parse(query);
    expect(validate(contract, document)).toEqual([]);
    const [known] = (document.definitions[0] as OperationDefinitionNode).selectionSet.selections as FieldNode[];
    asked.push(known!.name.value);
    return {
      known: ids.includes(String(id)) ? { id } : null,
      others: { edges: ids.slice(0, 2).map((one) => ({ node: { id: one } })) },
    };
  };
  return { ask, asked };
}

it('keeps ids that exist, and times and other values without asking', async () => {
  const { ask, asked } = gatewayWith('7', 'lobby');
  const variables = {
    person: '7',
    space: 'lobby',
    from: '2026-01-31T11:00:00Z',
    first: 3,
    type: 'log',
    near: { x: 1 },
  };
  expect(await withKnownIds(variables, ask)).toEqual(variables);
  expect(asked).toEqual(['person', 'space']);
});

it('takes others for those that do not, and two for two people', async () => {
  const { ask } = gatewayWith('a', 'b');
  expect(await withKnownIds({ from: { person: '1' }, to: { company: '2' } }, ask)).toEqual({
    from: { person: 'a' },
    to: { company: 'a' },
  });
  expect(await withKnownIds({ from: '1', to: '2' }, ask)).toEqual({ from: 'a', to: 'b' });
  expect(await withKnownIds({ from: '1', to: '2' }, gatewayWith('a').ask)).toEqual({ from: 'a', to: 'a' });
});

it('leaves an id where there is nothing of the kind', async () =>
  expect(await withKnownIds({ feed: 'x' }, gatewayWith().ask)).toEqual({ feed: 'x' }));

it.each(['person', 'company', 'space', 'doorway', 'dpu', 'station', 'term', 'feed', 'menu', 'wiki'])(
  'asks the contract about %s',
  async (name) => expect(await withKnownIds({ [name]: 'x' }, gatewayWith('y').ask)).toEqual({ [name]: 'y' }),
);
