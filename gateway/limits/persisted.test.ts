import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { documents } from '../../cli/documents.ts';
import { readSettings } from '../../platform/config.ts';
import { PersistedDocuments, sha256 } from './persisted.ts';
import { type Answer, World } from './world.ts';

const query = '{ wikiEdit(id: "1") { id } }';
const events = 'subscription { wikiEdits { edit { id } } }';
const hashed = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256(text) } });
const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.code;

test('automatic persisted queries: an unknown hash is asked for, then known, over every transport', async () => {
  await using gateway = await World.open();
  const byHash = (text: string) => ({ extensions: hashed(text) });
  const unknown = await gateway.post(byHash(query));
  expect([unknown.status, unknown.errors]).toEqual([
    200,
    [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
  ]);
  const [overSocket] = (await gateway.overSocket([JSON.stringify({ query: '', ...byHash(query) })])) as Answer[];
  expect(codeOf(overSocket!)).toBe('PERSISTED_QUERY_NOT_FOUND');
  expect(codeOf(await gateway.post({ query: `${query} `, ...byHash(query) }))).toBe('BAD_REQUEST');
  expect(codeOf(await gateway.post(byHash(query)))).toBe('PERSISTED_QUERY_NOT_FOUND');
  expect(codeOf(await gateway.post({ query: '{ horses }', ...byHash('{ horses }') }))).toBe(
    'GRAPHQL_VALIDATION_FAILED',
  );
  expect(codeOf(await gateway.post(byHash('{ horses }')))).toBe('PERSISTED_QUERY_NOT_FOUND');

  expect((await gateway.post({ query, ...byHash(query) })).data).toEqual({ wikiEdit: { id: '1' } });
  await gateway.overSocket([JSON.stringify({ query: events, ...byHash(events) })]);
  const extensions = JSON.stringify(hashed(query));
  const answers = [
    await gateway.post(byHash(query)),
    await gateway.get({ extensions }),
    ...(await gateway.overSocket([JSON.stringify({ query: '', ...byHash(query) })])),
  ] as Answer[];
  for (const { data } of answers) expect(data).toEqual({ wikiEdit: { id: '1' } });
  const [event] = (await gateway.overSocket([JSON.stringify({ query: '', ...byHash(events) })])) as Answer[];
  expect(event!.data).toEqual({ wikiEdits: { edit: { id: 'told' } } });
  const stream = await fetch(`${gateway.url}?${new URLSearchParams({ extensions: JSON.stringify(hashed(events)) })}`, {
    headers: { accept: 'text/event-stream' },
  });
  expect(await stream.text()).toContain('{"data":{"wikiEdits":{"edit":{"id":"told"}}}}');
});

test('of what clients send so much is kept as there is room for, the latest longest', () => {
  const persisted = new PersistedDocuments(readSettings({}));
  const text = (at: number) => `{ __typename # ${at} ${'x'.repeat(60_000)}\n}`;
  for (let at = 0; at < 200; at++) {
    persisted.keep({ query: text(at), extensions: hashed(text(at)) });
    expect(persisted.textOf({ extensions: hashed(text(0)) })).toBe(text(0));
  }
  const kept = Array.from({ length: 200 }, (_, at) => persisted.textOf({ extensions: hashed(text(at)) })).filter(
    (found) => typeof found === 'string',
  );
  expect(kept.length).toBeGreaterThan(100);
  expect(kept.join('').length).toBeLessThan(9_000_000);
  expect(kept.at(-1)).toBe(text(199));
});

test('where only trusted documents run, they are found by id or text, and nothing else is', async () => {
  await using gateway = await World.open({ TRUSTED_DOCUMENTS_ONLY: true }, [query, events]);
  const documentId = sha256(query);
  for (const asked of [
    { documentId },
    { documentId: `sha256:${documentId}` },
    { extensions: hashed(query) },
    { query },
  ])
    expect((await gateway.post(asked)).data).toEqual({ wikiEdit: { id: '1' } });
  expect((await gateway.get({ documentId })).data).toEqual({ wikiEdit: { id: '1' } });
  const asked = gateway.asked.length;
  const other = '{ wikiEdit(id: "2") { id } }';
  for (const refused of [
    { query: other },
    { query: `${query} ` },
    { query: other, extensions: hashed(other) },
    { query: other, documentId },
    { documentId: 'nonsense' },
    { documentId: '__proto__' },
  ]) {
    const answer = await gateway.post(refused);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'DOCUMENT_NOT_TRUSTED']);
    const [overSocket] = (await gateway.overSocket([JSON.stringify({ query: '', ...refused })])) as Answer[];
    expect(codeOf(overSocket!)).toBe('DOCUMENT_NOT_TRUSTED');
  }
  expect(gateway.asked).toHaveLength(asked);
});

test('trusted documents are a file or a folder, and a start without them says so', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-trusted-'));
  writeFileSync(join(folder, 'one.graphql'), query);
  writeFileSync(join(folder, 'README.md'), 'not one');
  const open = (TRUSTED_DOCUMENTS: string) =>
    new PersistedDocuments({ ...readSettings({}), TRUSTED_DOCUMENTS, TRUSTED_DOCUMENTS_ONLY: true });
  expect(open(folder).textOf({ documentId: sha256(query) })).toBe(query);
  const print = vi.spyOn(console, 'log').mockImplementation(() => {});
  documents([join(folder, 'one.graphql')]);
  writeFileSync(join(folder, 'printed.json'), print.mock.calls[0]![0]);
  print.mockRestore();
  expect(open(join(folder, 'printed.json')).textOf({ documentId: sha256(query) })).toBe(query);
  expect(() => documents([join(folder, 'README.md')])).toThrow('README.md is no document of GraphQL');
  writeFileSync(join(folder, 'list.json'), JSON.stringify({ names: [query] }));
  expect(() => open(join(folder, 'list.json'))).toThrow(/TRUSTED_DOCUMENTS .*names has no text/);
  expect(() => open(join(folder, 'none'))).toThrow(/TRUSTED_DOCUMENTS .*no such file/);
  expect(() => open('')).toThrow('TRUSTED_DOCUMENTS_ONLY needs TRUSTED_DOCUMENTS');
});
