import { expect, test } from 'vitest';
import { PresentTerms } from './presentTerms.ts';
import type { MenuQuestions, TermRow } from './questions.ts';

test('those who ask at the same time share a question, and who asks later sees what is new', async () => {
  const saved: TermRow[] = [];
  const answers: (() => void)[] = [];
  const termsSince = async (place: number) => {
    const rows = saved.filter((row) => Number(row.place) >= place);
    await new Promise<void>((resolve) => answers.push(resolve));
    return rows;
  };
  const present = new PresentTerms({ termsSince } as unknown as MenuQuestions);
  const found = async () => (await present.matches('Boulard', null)).map(({ term }) => term.id);
  const begun = () => expect.poll(() => answers.length);

  const early = [found(), found()];
  await begun().toBe(1);
  saved.push({ id: 'b', spelled: 'Boulard', is_deleted: false, place: 0 });
  const late = [found(), found(), found()];
  answers.shift()!();
  await Promise.all(early);
  await begun().toBe(1);
  answers.shift()!();
  expect(await Promise.all(late)).toEqual([['b'], ['b'], ['b']]);
  expect(answers).toEqual([]);
});
