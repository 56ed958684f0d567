import { isSecret, type SettingName, type Settings, settingsSchema } from './config.ts';
import { Secret } from './secret.ts';

/** The values of secret settings, and the single keys of those that list some. */
export function secretsOf(settings: Settings): string[] {
  const values = (Object.keys(settingsSchema.properties) as SettingName[])
    .filter(isSecret)
    .map((name) => String(settings[name]));
  return [...new Set(values.flatMap((value) => [value, ...keysIn(value)]))].filter((value) => value.length >= shortest);
}

/** Of API keys, which are JSON, the hashes: names and tenants may stand in any line. Else what is behind each name. */
function keysIn(value: string): string[] {
  if (value.trimStart().startsWith('['))
    return Array.from(value.matchAll(/"hash"\s*:\s*"([^"]*)"/g), ([, hash]) => hash!);
  return value.split(',').map((entry) => entry.replace(/^[^:=]*[:=]/, '').trim());
}

/** What is shorter stands in any text. */
const shortest = 4;

const hidden = new WeakMap<readonly string[], Secret[]>();

/** The text without these secrets, and without what looks like one: it was not told by us, but by a library. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  if (!hidden.has(secrets))
    hidden.set(
      secrets,
      secrets.map((secret) => new Secret(secret)),
    );
  const known = hidden.get(secrets)!.reduce((rest, secret) => secret.hideIn(rest), text);
  return known
    .replace(inAddress, '$1***@')
    .replace(signIn, '$1 ***')
    .replace(member, '$1"***"')
    .replace(named, '$1***');
}

/** User and password before a host. The last @ before the path ends them, so a password may hold others. */
const inAddress = /(:\/\/)[^/?#\s"']*@/g;
const signIn = /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi;
/** A member of JSON with a telling name, whatever its text holds. */
const member =
  /("[\w-]*(?:authorization|cookie|password|secret|token|api[-_]?key)[\w-]*":)(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi;
/** A value that follows a telling name, in a text of JSON within a text of JSON, in GraphQL, in a header, or in a URL. */
const named =
  /((?:authorization|cookie|password|secret|secret_?key|token|api[-_]?key)(?:\\+["']|')?\s*[:=]\s*(?:\\+["']|')?)[^"'\\\s,;&})\]]+/gi;
