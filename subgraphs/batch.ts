import DataLoader from 'dataloader';

/**
 * Asks for many owners at once what a resolver asks for one: calls of the same tick that differ only in the owner
 * become one statement. Nothing is remembered, so every answer is fresh.
 * @param ask gets distinct owners and answers, in any order, with rows that name their owner
 */
export function batched<Arguments, Row extends { owner: Owner }, Owner extends string | number = number>(
  ask: (owners: Owner[], args: Arguments) => Promise<Row[]>,
): (owner: Owner, args: Arguments) => Promise<Row[]> {
  const loader = new DataLoader<{ owner: Owner; args: Arguments }, Row[]>(
    async (calls) => {
      const groups = Map.groupBy(calls, ({ args }) => JSON.stringify(args));
      const answers = new Map<string, Map<Owner, Row[]>>();
      await Promise.all(
        [...groups].map(async ([group, members]) => {
          const owners = [...new Set(members.map(({ owner }) => owner))];
          const rows = await ask(owners, members[0]!.args);
          answers.set(
            group,
            Map.groupBy(rows, ({ owner }) => owner),
          );
        }),
      );
      return calls.map(({ owner, args }) => answers.get(JSON.stringify(args))?.get(owner) ?? []);
    },
    { cache: false, maxBatchSize: 1000 },
  );
  return (owner, args) => loader.load({ owner, args });
}
