/** The browser fetches the content when it has time; after this many milliseconds it has. */
const fetchedMs = 60_000;

/** Has the browser save what is given as a file. */
export function save(name: string, content: Blob | string, type = 'text/plain'): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), fetchedMs);
}
