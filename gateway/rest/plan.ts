import {
  buildSchema,
  type FragmentDefinitionNode,
  GraphQLID,
  type GraphQLInputType,
  GraphQLNonNull,
  type GraphQLOutputType,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  printSchema,
  typeFromAST,
  validate,
  valueFromAST,
} from 'graphql';
import { GraphQLCursor, GraphQLDate, GraphQLDateTime } from '../../subgraphs/scalars.ts';
import { textOf } from './documents.ts';
import { type Route, routes } from './routes.ts';
import { type Shape, shapeOf } from './shape.ts';

/** A value that a request may give, by name. */
export interface Parameter {
  type: GraphQLInputType;
  isRequired: boolean;
  byDefault: unknown;
}

/** A route that was held against the graph. */
export interface Plan extends Route {
  operationId: string;
  /** The operation with its fragments. */
  text: string;
  inPath: Map<string, Parameter>;
  inQuery: Map<string, Parameter>;
  /** The variable that is filled from the body. */
  body?: { variable: string; type: GraphQLInputType } | undefined;
  shape: Shape;
}

/** Every route over a graph. @throws Error when the graph lacks what one asks for */
export function plansOver(graph: GraphQLSchema): Plan[] {
  const schema = schemaForRest(graph);
  return routes.map((route) => planOf(route, schema));
}

/** A copy of the graph's schema that knows what values its scalars take, which a composed one does not. */
function schemaForRest(graph: GraphQLSchema): GraphQLSchema {
  const schema = buildSchema(printSchema(graph));
  for (const { name, parseValue } of [GraphQLCursor, GraphQLDate, GraphQLDateTime]) {
    const scalar = schema.getType(name) as GraphQLScalarType | undefined;
    if (scalar) scalar.parseValue = parseValue;
  }
  return schema;
}

function planOf(route: Route, schema: GraphQLSchema): Plan {
  const text = textOf(route.operation);
  const document = parse(text);
  const wrong = [text, ...(route.present ? [route.present] : [])].flatMap((text) => validate(schema, parse(text)));
  if (wrong.length > 0) throw new Error(`${route.method} ${route.path} asks for what the graph lacks: ${wrong[0]}`);

  const operation = document.definitions[0] as OperationDefinitionNode;
  const variables = new Map<string, Parameter>();
  for (const { variable, type, defaultValue } of operation.variableDefinitions ?? []) {
    const inputType = typeFromAST(schema, type as never) as GraphQLInputType;
    const byDefault = defaultValue && valueFromAST(defaultValue, inputType);
    const isRequired = type.kind === Kind.NON_NULL_TYPE && byDefault === undefined;
    variables.set(variable.name.value, { type: inputType, isRequired, byDefault });
  }
  const namesInPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const inPath = namesInPath.map((name) => [name, variables.get(name) ?? id] as const);
  for (const name of namesInPath) variables.delete(name);
  const [body] = [...variables].filter(([, { type }]) => isInputObjectType(getNamedType(type)));
  if (body) variables.delete(body[0]);
  return {
    ...route,
    operationId: operation.name!.value,
    text,
    inPath: new Map(inPath),
    inQuery: variables,
    body: body && { variable: body[0], type: body[1].type },
    shape: answerOf(route, operation, document.definitions.slice(1) as FragmentDefinitionNode[], schema),
  };
}

/** Of a PUT, whose path has the id that the body may leave out. */
const id: Parameter = { type: new GraphQLNonNull(GraphQLID), isRequired: true, byDefault: undefined };

function answerOf(
  { answer }: Route,
  operation: OperationDefinitionNode,
  definitions: FragmentDefinitionNode[],
  schema: GraphQLSchema,
): Shape {
  let type = schema.getRootType(operation.operation) as GraphQLOutputType;
  let { selectionSet } = operation;
  for (const name of answer.split('.')) {
    type = (getNamedType(type) as { getFields(): Record<string, { type: GraphQLOutputType }> }).getFields()[name]!.type;
    const field = selectionSet.selections.find((one) => one.kind === Kind.FIELD && one.name.value === name);
    selectionSet = (field as { selectionSet: typeof selectionSet }).selectionSet;
  }
  return shapeOf(type, selectionSet, new Map(definitions.map((one) => [one.name.value, one])));
}
