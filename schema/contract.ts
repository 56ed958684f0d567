import { Ajv, type ErrorObject } from 'ajv';
import type { TSchema } from 'typebox';

/** Why a message broke its contract, in words that let a person mend it. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

/** What a parse gives; undefined when the message breaks its contract. */
export function unlessBroken<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ContractError) return undefined;
    throw error;
  }
}

/** The value of a message. @throws ContractError when it is no JSON. */
export function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new ContractError(`not JSON: ${(error as Error).message}`);
  }
}

const ajv = new Ajv({ allErrors: true, verbose: true });

/**
 * A check of messages against a schema. What it throws says everything that is wrong, with its place; the value of a
 * property that is `writeOnly` is not shown.
 * @param patterns what a text must be, in words, where `pattern` would show an expression; by pattern if there are several
 */
export function contract<Message>(
  schema: TSchema,
  patterns: string | Record<string, string>,
): (message: unknown) => Message {
  const validate = ajv.compile<Message>(schema);
  return (message) => {
    if (validate(message)) return message;
    throw new ContractError(describe(validate.errors ?? [], patterns));
  };
}

/**
 * A check of messages that say by `type` which of the schemas they keep.
 * @param patterns as for `contract`
 */
export function contractByType<Message>(
  schemas: Record<string, TSchema>,
  patterns: string | Record<string, string>,
): (message: unknown) => Message {
  const contracts = new Map(
    Object.entries(schemas).map(([type, schema]) => [type, contract<Message>(schema, patterns)]),
  );
  const known = [...contracts.keys()].join(', ');
  return (message) => {
    const type = (message as { type?: unknown } | null)?.type;
    if (typeof type !== 'string') throw new ContractError(`"type" is missing; it must be one of ${known}`);
    const check = contracts.get(type);
    if (!check) throw new ContractError(`unknown type ${quote(type)}; it must be one of ${known}`);
    return check(message);
  };
}

/** So many faults of a message are told; whoever sends rubbish may send a million. */
const mostTold = 10;

function describe(errors: ErrorObject[], patterns: string | Record<string, string>): string {
  const faults = telling(errors);
  const told = faults.slice(0, mostTold).map((error) => {
    const where = shortened(error.instancePath.slice(1).replaceAll('/', '.')) || 'the message';
    const isHidden = error.keyword === 'required' || error.parentSchema?.writeOnly;
    const got = isHidden ? '' : `, not ${quote(error.data)}`;
    return `${where} ${mustOf(error, patterns)}${got}`;
  });
  if (faults.length > mostTold) told.push(`and ${faults.length - mostTold} more`);
  return told.join('; ');
}

/**
 * Of "a text or null" only the part about the text helps; and of "a text or a number", where one of the two is given,
 * what is wrong with it, and not that it is not the other.
 */
function telling(errors: ErrorObject[]): ErrorObject[] {
  const given = errors.filter(({ keyword, params }) => keyword !== 'anyOf' && params.type !== 'null');
  const ofRightType = new Set(
    given.filter(({ keyword }) => keyword !== 'type').map(({ instancePath }) => instancePath),
  );
  return given.filter(({ instancePath, keyword }) => keyword !== 'type' || !ofRightType.has(instancePath));
}

function mustOf(
  { keyword, params, message }: ErrorObject,
  patterns: string | Record<string, string>,
): string | undefined {
  if (keyword === 'pattern') return `must be ${typeof patterns === 'string' ? patterns : patterns[params.pattern]}`;
  return keyword === 'enum' ? `must be ${params.allowedValues.join(' or ')}` : message;
}

/** A value for a message to a person. */
export function quote(value: unknown): string {
  // Not spelled out, because how deep they are is up to the sender.
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return shortened(JSON.stringify(value) ?? String(value));
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
