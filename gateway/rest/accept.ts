/**
 * Whether an Accept header lets a media type through: the entry that names it most closely decides.
 * https://www.rfc-editor.org/rfc/rfc9110#name-accept
 */
export function accepts(header: string | undefined, type: string): boolean {
  if (header === undefined || header.trim() === '') return true;
  const closeness = ['*/*', type.replace(/\/.*/, '/*'), type];
  let [best, quality] = [-1, 0];
  for (const entry of header.toLowerCase().split(',')) {
    const [range, ...parameters] = entry.split(';').map((part) => part.trim());
    const close = closeness.indexOf(range!);
    if (close <= best) continue;
    best = close;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    quality = q ? Number(q.slice(2)) : 1;
  }
  return quality > 0;
}
