import { randomUUID } from 'node:crypto';
import { coerceInputValue, type GraphQLInputType, getNamedType, getNullableType, isListType } from 'graphql';
import type { Parameter, Plan } from './plan.ts';
import { refused } from './problem.ts';
import { parameters } from './routes.ts';
import { quoted } from './target.ts';

export type Variables = Record<string, unknown>;

/** The variables that path and query give. @throws Problem 400 that names the parameter */
export function variablesOf(plan: Plan, inPath: Map<string, string>, inQuery: Map<string, string>): Variables {
  for (const name of inQuery.keys())
    if (!plan.inQuery.has(name)) {
      const known = [...plan.inQuery.keys()].join(', ') || 'none';
      throw refused(`There is no parameter ${quoted(name)} here. Those that there are: ${known}.`);
    }
  const variables: Variables = {};
  const take = ([name, parameter]: [string, Parameter], text: string | undefined) => {
    if (text !== undefined) variables[name] = parsed(name, text, parameter.type);
    else if (parameter.isRequired) throw refused(`The parameter ${name} is missing from the query.`);
  };
  for (const entry of plan.inPath) take(entry, inPath.get(entry[0]));
  for (const entry of plan.inQuery) take(entry, inQuery.get(entry[0]));
  return variables;
}

function parsed(name: string, text: string, type: GraphQLInputType): unknown {
  const value = checked(fromText(text, getNamedType(type).name), type, name);
  const { minimum = -Infinity, maximum = Infinity } = parameters[name] ?? {};
  if (typeof value === 'number' && (value < minimum || value > maximum))
    throw refused(`${name} must be between ${minimum} and ${maximum}, not ${value}.`);
  return value;
}

/** What is no number or truth stays a text, and is refused as such. */
function fromText(text: string, type: string): unknown {
  if ((type === 'Int' || type === 'Float') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (type === 'Boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

/**
 * The variable that the body gives. The id of one thing may stand in the path or in the body; a thing without an id is
 * given one.
 * @throws Problem 400 that says where in the body
 */
export function bodyVariable({ body, present }: Plan, sent: unknown, idInPath: unknown): Variables {
  const { variable, type } = body!;
  if (!present) return { [variable]: checked(sent, type, 'body') };
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent))
    throw refused('The body must be a JSON object.');
  const id = Object.hasOwn(sent, 'id') ? (sent as { id: unknown }).id : undefined;
  // Whatever else it is, it is no id.
  const isText = typeof id === 'string' || typeof id === 'number';
  if (typeof id === 'string' && !id.isWellFormed()) throw refused('body.id holds half of a character.');
  if (idInPath !== undefined && isText && String(id) !== idInPath)
    throw refused(`body.id is ${quoted(String(id))}, but the path says ${quoted(String(idInPath))}. Leave it out.`);
  return { [variable]: checked({ ...sent, id: id ?? idInPath ?? randomUUID() }, type, 'body') };
}

function checked(value: unknown, type: GraphQLInputType, what: string): unknown {
  return coerceInputValue(value, type, (path, _value, { message }) => {
    const where = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
    throw refused(`${what}${where}: ${message}`);
  });
}

/** Whether a body may be a list. */
export function takesList({ body }: Plan): boolean {
  return body !== undefined && isListType(getNullableType(body.type));
}
