import DataLoader from 'dataloader';
import { ofAll, operationSignal, withSignal } from '../platform/operationSignal.ts';

/**
 * Asks for many owners at once what a resolver asks for one: calls of the same tick that differ only in the owner
 * become one statement, also those of different operations; it is given up when none of them waits any more. Nothing is
 * remembered, so every answer is fresh.
 * @param ask gets distinct owners and answers, in any order, with rows that name their owner
 */
export function batched<Arguments, Row extends { owner: Owner }, Owner extends string | number = number>(
  ask: (owners: Owner[], args: Arguments) => Promise<Row[]>,
): (owner: Owner, args: Arguments) => Promise<Row[]> {
  const loader = new DataLoader<{ owner: Owner; args: Arguments; signal: AbortSignal | undefined }, Row[]>(
    async (calls) => {
      const groups = Map.groupBy(calls, ({ args }) => JSON.stringify(args));
      const answers = new Map<string, Map<Owner, Row[]> | Error>();
      await Promise.all(
        [...groups].map(async ([group, members]) => {
          const owners = [...new Set(members.map(({ owner }) => owner))];
          const signal = ofAll(members.map(({ signal }) => signal));
          try {
            const rows = await withSignal(signal, () => ask(owners, members[0]!.args));
            answers.set(
              group,
              Map.groupBy(rows, ({ owner }) => owner),
            );
          } catch (error) {
            answers.set(group, error as Error); // of those who asked this, and not of the others
          }
        }),
      );
      return calls.map(({ owner, args }) => {
        const answer = answers.get(JSON.stringify(args))!;
        return answer instanceof Error ? answer : (answer.get(owner) ?? []);
      });
    },
    { cache: false, maxBatchSize: 1000 },
  );
  return (owner, args) => loader.load({ owner, args, signal: operationSignal() });
}
