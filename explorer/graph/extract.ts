import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { NodeType, Relations, Stint } from './relations.ts';

export interface Asked {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables?: Record<string, unknown> | undefined;
}

/** The fields under which something is that was not asked for, as in `company.employees.edges.node.person`. */
export interface Missing {
  /** People and companies without an id: they are no nodes. */
  ids: Set<string>;
  names: Set<string>;
  /** Unions without `__typename`. */
  types: Set<string>;
}

export interface Reading {
  missing: Missing;
  /** Adds what a result of the operation shows. */
  read(data: unknown, into: Relations): void;
}

/** A field of a selection, with all that is selected under the same name of the result. */
interface Field {
  key: string;
  name: string;
  path: string;
  type: GraphQLNamedType;
  sets: SelectionSetNode[];
  args: Record<string, unknown>;
}

/** What is known of the ends of a relation from where it was asked. */
interface Ends {
  person?: string | undefined;
  company?: string | undefined;
  current?: unknown;
  acquirer?: string | undefined;
  acquired?: string | undefined;
  ancestor?: string | undefined;
  colleague?: string | undefined;
}

type Keys = (string | undefined)[];
type Values = Record<string, unknown>;

/** Finds people, companies and their relations in results, by the types of the schema, whatever the names in the result. */
export function readingOf({ schema, document, operation, variables }: Asked): Reading {
  const missing: Missing = { ids: new Set(), names: new Set(), types: new Set() };
  const root = schema.getRootType(operation.operation);
  const top = root && { key: '', name: '', path: '', type: root, sets: [operation.selectionSet], args: {} };
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
  const given = { ...defaultsOf(operation), ...variables };

  /** Of the same selections and type there are as many objects as a result has: the fields are looked up once. */
  const known = new Map<SelectionSetNode[], Map<GraphQLObjectType, Field[]>>();
  function fieldsOf(type: GraphQLObjectType, { sets, path }: Field): Field[] {
    const ofSets = known.get(sets) ?? new Map<GraphQLObjectType, Field[]>();
    known.set(sets, ofSets);
    const fields = ofSets.get(type) ?? [...collect(type, sets, path).values()];
    ofSets.set(type, fields);
    return fields;
  }

  function collect(
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    path: string,
    into = new Map<string, Field>(),
  ) {
    for (const selection of sets.flatMap(({ selections }) => selections)) {
      if (selection.kind === Kind.FIELD) addField(type, selection, path, into);
      else {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (fragment && applies(type, fragment.typeCondition?.name.value))
          collect(type, [fragment.selectionSet], path, into);
      }
    }
    return into;
  }

  function addField(type: GraphQLObjectType, node: FieldNode, path: string, into: Map<string, Field>): void {
    const name = node.name.value;
    const definition = type.getFields()[name];
    if (!definition) return; // __typename, or the schema has changed
    const key = (node.alias ?? node.name).value;
    const args = Object.fromEntries(
      (node.arguments ?? []).map((argument) => [argument.name.value, valueFromASTUntyped(argument.value, given)]),
    );
    const field = into.get(key) ?? {
      ...{ key, name, args, sets: [], type: getNamedType(definition.type) },
      path: path ? `${path}.${name}` : name,
    };
    if (node.selectionSet) field.sets.push(node.selectionSet);
    into.set(key, field);
  }

  function applies(type: GraphQLObjectType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const named = schema.getType(condition);
    return isAbstractType(named) && schema.isSubType(named, type);
  }

  function typeOf({ type, sets, path }: Field, value: Values): GraphQLObjectType | undefined {
    if (isObjectType(type)) return type;
    const aliases = sets.flatMap(({ selections }) =>
      selections.flatMap((one) =>
        one.kind === Kind.FIELD && one.name.value === '__typename' ? [one.alias?.value] : [],
      ),
    );
    const name = value[aliases[0] ?? '__typename'];
    if (typeof name !== 'string') missing.types.add(path);
    const concrete = typeof name === 'string' ? schema.getType(name) : undefined;
    return isObjectType(concrete) ? concrete : undefined;
  }

  return {
    missing,
    read(data, into) {
      if (top) values(data, top, {});

      /** @returns the keys of the people and companies that the field itself holds, undefined where one is not told */
      function values(value: unknown, field: Field, ends: Ends): Keys {
        if (Array.isArray(value)) return value.flatMap((one) => values(one, field, ends));
        if (typeof value !== 'object' || value === null || field.sets.length === 0) return [];
        const type = typeOf(field, value as Values);
        return type ? object(value as Values, type, field, ends) : [undefined];
      }

      function object(value: Values, type: GraphQLObjectType, field: Field, ends: Ends): Keys {
        const fields = fieldsOf(type, field);
        const get = <Value>(name: string) => {
          const told = fields.find((one) => one.name === name && value[one.key] !== undefined);
          return told && (value[told.key] as Value);
        };
        const child = (name: string, its: Ends = {}): Keys =>
          fields.flatMap((one) => (one.name === name ? values(value[one.key], one, its) : []));
        switch (type.name) {
          case 'Person':
          case 'Company': {
            const key = node(type.name, get('id') ?? field.args.id);
            if (key && ends.colleague) into.join('colleagues', ends.colleague, key);
            for (const one of fields) values(value[one.key], one, endsOf(one, key));
            return [key];
          }
          case 'Employment': {
            const [person = ends.person] = child('person');
            const [company = ends.company] = child('company');
            if (person && company) into.join('employment', person, company, { stint: stint() });
            return [];
          }
          case 'Acquisition': {
            const [acquirer = ends.acquirer] = child('acquirer');
            const [acquired = ends.acquired] = child('acquired');
            if (acquirer && acquired) into.join('acquisition', acquirer, acquired, { merged: get<boolean>('merged') });
            return [];
          }
          case 'AcquiredCompany': {
            const [company] = child('company');
            const depth = get<number>('depth');
            if (company && ends.ancestor)
              into.join(depth === 1 ? 'acquisition' : 'descent', ends.ancestor, company, depth === 1 ? {} : { depth });
            return [];
          }
          case 'Path':
            chain(child('nodes'));
            return [];
          case 'GraphChange': {
            const [person] = child('person');
            const [company] = child('company');
            if (person && company && get('employment') === undefined) into.join('employment', person, company);
            child('employment', { person, company });
            child('acquisition');
            return [];
          }
          default:
            for (const one of fields) values(value[one.key], one, ends);
            return [];
        }

        function node(ofType: NodeType, id: unknown): string | undefined {
          if (typeof id !== 'string' && typeof id !== 'number') {
            missing.ids.add(field.path);
            return undefined;
          }
          const name = get<string | null>('name');
          if (name === undefined) missing.names.add(field.path);
          return into.node(ofType, String(id), { name, headcount: get<number | null>('headcount') });
        }

        function stint(): Stint {
          const current = get('current') ?? ends.current;
          return {
            title: get('title'),
            startDate: get('startDate'),
            endDate: get('endDate'),
            current: typeof current === 'boolean' ? current : undefined,
          };
        }
      }

      function chain(keys: Keys): void {
        for (const [index, to] of keys.entries()) {
          const from = keys[index - 1];
          if (!from || !to) continue;
          const [person, company] = from.startsWith('Person:') ? [from, to] : [to, from];
          into.join(person.startsWith('Person:') ? 'employment' : 'deal', person, company);
        }
      }
    },
  };
}

/** What a field of a person or a company tells of the relations below it. */
function endsOf({ name, args: { current } }: Field, key: string | undefined): Ends {
  switch (name) {
    case 'employers':
      return { person: key, current };
    case 'employees':
      return { company: key, current };
    case 'acquisitions':
      return { acquirer: key };
    case 'acquiredBy':
      return { acquired: key };
    case 'acquisitionTree':
      return { ancestor: key };
    case 'colleagues':
      return { colleague: key };
    default:
      return {};
  }
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Values {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}
