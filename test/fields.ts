import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isObjectType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { projectRoot } from '../platform/root.ts';

/** The fields of a subgraph's object types, as Type.field, that none of these operations asks for. */
export function fieldsNotAsked(subgraph: string, operations: Iterable<string>): string[] {
  const sdl = readFileSync(join(projectRoot, 'schema', subgraph, `${subgraph}.graphql`), 'utf8');
  const schema = buildSchema(sdl, { assumeValid: true });
  const fields = new Set(
    Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('_'))
      .flatMap((type) =>
        isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
      )
      .filter((name) => !name.includes('._')),
  );
  const types = new TypeInfo(schema);
  for (const operation of operations)
    visit(
      parse(operation),
      visitWithTypeInfo(types, {
        Field: ({ name }) => void fields.delete(`${types.getParentType()?.name}.${name.value}`),
      }),
    );
  return [...fields];
}
