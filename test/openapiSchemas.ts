import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json, OpenApi } from '../gateway/rest/openapi.ts';

/** What holds values against schemas of a description, in which whatever they refer to is known. */
export function schemasOf({ components }: OpenApi) {
  const formats = { date: true, 'date-time': true, int32: true } as const;
  const ajv = new Ajv2020({ strict: true, strictTypes: false, formats, keywords: ['components'] });
  const absolute = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll('"#/', '"openapi#/'));
  ajv.addSchema(absolute({ components }), 'openapi');
  const compiled = new Map<Json, ReturnType<typeof ajv.compile>>();
  return (schema: Json) => {
    if (!compiled.has(schema)) compiled.set(schema, ajv.compile(absolute(schema)));
    return compiled.get(schema)!;
  };
}
