import type { OpenApi, Operation } from './openapi.ts';

/** The description as a page for people: no scripts, and nothing from elsewhere. */
export function docsPage({ info, tags, paths }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({ path, verb: verb.toUpperCase(), ...operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter((operation) => operation.tags.includes(name));
    return `<h2 id="${name}">${name}</h2>\n<p>${escaped(description)}</p>\n${own.map(article).join('\n')}`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(info.title)}: REST</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
nav a { margin-right: 1em }
article { border-top: 1px solid #8886; padding: .5rem 0 }
h3 { font: 600 1rem ui-monospace, monospace; margin: .5rem 0 0 }
pre { background: #8882; padding: .5rem .75rem; overflow-x: auto }
table { border-collapse: collapse }
td { padding: 0 1em 0 0; vertical-align: top }
</style>
<h1>${escaped(info.title)}: REST</h1>
<p>${escaped(info.description)} For programs: <a href="/openapi.json">/openapi.json</a>.</p>
<nav>${tags.map(({ name }) => `<a href="#${name}">${name}</a>`).join('')}</nav>
${sections.join('\n')}
</html>
`;
}

type Listed = Operation & { path: string; verb: string };

function article({ path, verb, operationId, summary, parameters = [], requestBody, responses }: Listed): string {
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><td><code>${escaped(name)}</code><td>${place}${required ? ', needed' : ''}<td>${escaped(description)}${
        'default' in schema ? ` Default: ${escaped(String(schema.default))}.` : ''
      }`,
  );
  return `<article id="${operationId}">
<h3>${verb} ${escaped(path)}</h3>
<p>${escaped(summary)}</p>
${rows.length > 0 ? `<table>${rows.join('\n')}</table>\n` : ''}<pre>${escaped(curl({ path, verb, parameters, requestBody }))}</pre>
<p>Answers: ${Object.keys(responses)
    .filter((status) => status !== 'default')
    .join(', ')}.</p>
</article>`;
}

/** The operation as a command. Of what stands in the query, it has what must be there, or else the first. */
function curl({ path, verb, parameters, requestBody }: Pick<Listed, 'path' | 'verb' | 'parameters' | 'requestBody'>) {
  const query: string[] = [];
  let target = path;
  const ofQuery = parameters!.filter((parameter) => parameter.in === 'query');
  const isNeeded = ofQuery.some(({ required }) => required);
  for (const { name, in: place, required, example } of parameters!) {
    const value = encodeURIComponent(String(example));
    if (place === 'path') target = target.replace(`{${name}}`, value);
    else if (place === 'query' && (isNeeded ? required : name === ofQuery[0]!.name)) query.push(`${name}=${value}`);
  }
  const [[type, content] = []] = Object.entries(requestBody?.content ?? {});
  const body = typeof content?.example === 'string' ? content.example : JSON.stringify(content?.example);
  return [
    `curl -s${verb === 'GET' ? '' : ` -X ${verb}`} 'http://127.0.0.1:4000${target}${query.length > 0 ? `?${query.join('&')}` : ''}'`,
    ...(content ? [`-H 'content-type: ${type}'`, `--data-binary '${body}'`] : []),
  ].join(' \\\n  ');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
