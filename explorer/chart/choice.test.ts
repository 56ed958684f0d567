import { describe, expect, it } from 'vitest';
import { bestList, choiceOf, rowCount } from './choice.ts';
import { listsOf } from './lists.ts';

const drawable = (data: unknown) => listsOf(data).map(({ name, table }) => ({ name, columns: table.columns() }));
const columnsOf = (rows: object[]) => drawable({ rows })[0]!.columns;

const hour = (n: number) => `2026-01-31T${String(n).padStart(2, '0')}:00:00Z`;
const day = [0, 1, 2].map((n) => ({ start: hour(n), entered: n, left: 1, name: 'lobby' }));

describe('choiceOf', () => {
  it('draws all numbers over time as lines', () => {
    expect(choiceOf(columnsOf(day), {})).toEqual({ shape: 'line', x: 'start', y: ['entered', 'left'], split: '' });
  });

  it('draws no ids and no places, and counts rows where nothing is measured', () => {
    const rows = day.map(({ start }, id) => ({ start, id, offset: id, latitude: 1, dpuId: 3 }));
    expect(choiceOf(columnsOf(rows), {})).toMatchObject({ shape: 'bar', y: [rowCount] });
  });

  it('takes the category of the most values without a time, rather a name than an id', () => {
    const rows = ['Lobby', 'Terrace'].map((name, id) => ({ kind: 'room', id: `${id}`, name, count: { value: id } }));
    expect(choiceOf(columnsOf(rows), {})).toEqual({ shape: 'bar', x: 'name', y: ['count.value'], split: '' });
  });

  it('splits by what repeats each x', () => {
    const cities = ['Bergen', 'Graz', 'Vienna'];
    const rows = day.flatMap(({ start }) =>
      cities.map((city) => ({ start, city, isBad: city > 'H', aqi: 5, wind: 2 })),
    );
    expect(choiceOf(columnsOf(rows), {})).toMatchObject({ split: 'city', y: ['aqi'] });
  });

  it('splits events by what they are about', () => {
    const rows = [0, 1, 2, 3].map((n) => ({
      at: hour(n),
      reading: { aqi: n, main: `p${n % 2}`, station: { city: `${n % 2}` } },
    }));
    expect(choiceOf(columnsOf(rows), {}).split).toBe('reading.station.city');
  });

  it('takes another time when the first is one moment', () => {
    const rows = day.map(({ start }, n) => ({ at: `2026-01-31T12:00:00.00${n}Z`, reading: { time: start } }));
    expect(choiceOf(columnsOf(rows), {}).x).toBe('reading.time');
  });

  it('keeps what was chosen while it is there', () => {
    const chosen = { shape: 'bar', x: 'name', y: ['left', 'gone'], split: 'gone' } as const;
    expect(choiceOf(columnsOf(day), { ...chosen, y: [...chosen.y] })).toEqual({
      shape: 'bar',
      x: 'name',
      y: ['left'],
      split: '',
    });
    expect(choiceOf(columnsOf(day), { x: 'gone', y: ['gone'] })).toEqual(choiceOf(columnsOf(day), {}));
    expect(choiceOf(columnsOf(day), { y: [] }).y).toEqual([]);
  });

  it('draws nothing against itself, and by nothing that is not offered', () => {
    const rows = day.map((row) => ({ ...row, gone: null }));
    expect(choiceOf(columnsOf(rows), { x: 'left', y: ['left', 'entered'] }).y).toEqual(['entered']);
    expect(choiceOf(columnsOf(rows), { x: 'name', split: 'name' }).split).toBe('');
    expect(choiceOf(columnsOf(rows), { x: 'gone', split: 'start' })).toMatchObject({ x: 'start', split: '' });
  });

  it.each([[[{ a: 1 }]], [[{ a: null }]], [[{ a: true }]], [[{ a: '2026-01-31' }]]])('has something for %j', (rows) =>
    expect(choiceOf(columnsOf(rows), {}).x).toBe('a'),
  );
});

describe('bestList', () => {
  it('takes numbers over time, then the most rows, and never an empty list', () => {
    const names = [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }];
    const named = (data: unknown) => bestList(drawable(data))?.name;
    expect(named({ names, day })).toBe('day');
    expect(named({ day, empty: [], longer: [...day, ...day] })).toBe('longer');
    expect(named({ names, empty: [] })).toBe('names');
    expect(named({ empty: [] })).toBeUndefined();
  });
});
