import type { Message } from 'kafkajs';

/** The events from one number on, as Wikimedia sends them, of about 1 KB each; `extra` is put into each as it is. */
export function edits(from: number, count: number, extra: object = {}): Message[] {
  return Array.from({ length: count }, (_, at) => {
    const event = edit(from + at, extra);
    return { key: event.meta.id, value: JSON.stringify(event) };
  });
}

const firstEdit = Date.UTC(2026, 0, 1);
const paceMs = 20;

function edit(at: number, extra: object) {
  const time = new Date(firstEdit + at * paceMs);
  const wiki = ['en', 'de', 'fr', 'es', 'ja'][at % 5]!;
  const title = `Page ${(at * 7919) % 50_000}`;
  const url = `https://${wiki}.example.org/w/index.php?diff=${at + 1}&oldid=${at}`;
  return {
    $schema: '/mediawiki/recentchange/1.0.0',
    meta: {
      uri: `https://${wiki}.example.org/wiki/${encodeURIComponent(title)}`,
      request_id: `${at}-request`,
      id: `${String(at).padStart(12, '0')}-edit`,
      dt: time.toISOString(),
      domain: `${wiki}.example.org`,
      stream: 'mediawiki.recentchange',
      topic: 'recentchange',
      partition: 0,
      offset: at,
    },
    id: at,
    type: at % 10 === 0 ? 'new' : 'edit',
    namespace: at % 4,
    title,
    title_url: `https://${wiki}.example.org/wiki/${encodeURIComponent(title)}`,
    comment: `/* Section ${at % 30} */ a remark about what was changed here, and why it was`,
    timestamp: Math.floor(time.getTime() / 1000),
    user: `User ${(at * 31) % 9_000}`,
    bot: at % 3 === 0,
    notify_url: url,
    minor: at % 2 === 0,
    length: { old: 1_000 + (at % 900), new: 1_000 + ((at * 13) % 900) },
    revision: { old: at, new: at + 1 },
    server_url: `https://${wiki}.example.org`,
    server_name: `${wiki}.example.org`,
    server_script_path: '/w',
    wiki: `${wiki}wiki`,
    parsedcomment: `<span class="autocomment">Section ${at % 30}</span> a remark about what was changed here, and why it was`,
    ...extra,
  };
}
