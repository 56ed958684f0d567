import fc from 'fast-check';
import { expect, test } from 'vitest';
import { operationSignal, withSignal } from '../platform/operationSignal.ts';
import { batched } from './batch.ts';

interface Answer {
  owner: number;
  text: string;
}
interface Asked {
  owners: number[];
  args: { prefix: string };
}

/** Every owner below 100 has as many rows as its number modulo 3; the rows come back in an order of the store's own. */
function store() {
  const asked: Asked[] = [];
  const rowsOf = (owner: number, { prefix }: Asked['args']): Answer[] =>
    owner < 100 ? Array.from({ length: owner % 3 }, (_, at) => ({ owner, text: `${prefix}${owner}/${at}` })) : [];
  const load = batched(async (owners: number[], args: Asked['args']) => {
    asked.push({ owners, args });
    return [2, 1, 0].flatMap((at) => owners.flatMap((owner) => rowsOf(owner, args).slice(at, at + 1))).reverse();
  });
  return { asked, load, rowsOf };
}

test('calls of one tick become one question for each set of arguments, and everybody gets what is theirs', async () => {
  const call = fc.record({ owner: fc.nat(120), args: fc.record({ prefix: fc.constantFrom('a', 'b', '"') }) });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (calls) => {
      const { asked, load, rowsOf } = store();
      const answers = await Promise.all(calls.map(({ owner, args }) => load(owner, { ...args })));
      expect(answers).toEqual(calls.map(({ owner, args }) => rowsOf(owner, args)));
      const prefixes = new Set(calls.map(({ args }) => args.prefix));
      expect(asked.map(({ args }) => args.prefix).sort()).toEqual([...prefixes].sort());
      for (const { owners } of asked) expect(owners).toHaveLength(new Set(owners).size);
    }),
  );
});

test('nothing is remembered: who asks later asks the store again', async () => {
  const { asked, load } = store();
  await load(1, { prefix: 'a' });
  await load(1, { prefix: 'a' });
  expect(asked).toHaveLength(2);
});

test('calls that are made while earlier answers arrive are gathered as well', async () => {
  const { asked, load } = store();
  const owners = [1, 2, 4, 5, 7];
  await Promise.all(
    owners.map(async (owner) => load((await load(owner, { prefix: 'a' }))[0]!.owner + 10, { prefix: 'b' })),
  );
  expect(asked).toEqual([
    { owners, args: { prefix: 'a' } },
    { owners: owners.map((owner) => owner + 10), args: { prefix: 'b' } },
  ]);
});

test('a question is for a thousand owners at the most', async () => {
  const { asked, load } = store();
  await Promise.all(Array.from({ length: 2_500 }, (_, owner) => load(owner, { prefix: 'a' })));
  expect(asked.map(({ owners }) => owners.length)).toEqual([1_000, 1_000, 500]);
});

test('a question that fails fails all who share it, and nobody after them', async () => {
  let failures = 1;
  const load = batched(async (owners: number[], _: object) => {
    if (failures-- > 0) throw new Error('away');
    return owners.map((owner) => ({ owner }));
  });
  const first = await Promise.allSettled([load(1, {}), load(2, {})]);
  expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await load(1, {})).toEqual([{ owner: 1 }]);
});

test('what several wait for is given up when nobody of them waits any more, and fails nobody else', async () => {
  const asked: (AbortSignal | undefined)[] = [];
  const load = batched((owners: number[], { text }: { text: string }) => {
    const signal = operationSignal();
    asked.push(signal);
    if (text === 'shared') return Promise.resolve(owners.map((owner) => ({ owner, text })));
    return new Promise<Answer[]>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  });
  const [ada, bob] = [new AbortController(), new AbortController()];
  const waiting = [ada, bob].map(({ signal }) => withSignal(signal, () => load(1, { text: 'slow' })));
  const shared = withSignal(ada.signal, () => load(1, { text: 'shared' }));
  const ofNobody = load(2, { text: 'shared' });
  await new Promise((resolve) => setImmediate(resolve));
  const [slow, forAll] = asked;
  ada.abort(new Error('ada has gone'));
  expect(slow!.aborted).toBe(false);
  bob.abort(new Error('bob has gone'));
  expect(slow!.aborted).toBe(true);
  for (const one of waiting) await expect(one).rejects.toThrow('has gone');
  expect(forAll).toBeUndefined(); // somebody without a signal waits for ever
  expect(await Promise.all([shared, ofNobody])).toEqual([
    [{ owner: 1, text: 'shared' }],
    [{ owner: 2, text: 'shared' }],
  ]);
});
