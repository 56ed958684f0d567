import { createHash } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { GatewayPlugin } from '@graphql-hive/gateway-runtime';
import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import type { Logger } from '../../platform/log.ts';
import type { Context } from '../../subgraphs/context.ts';
import type { Documents } from './documents.ts';
import { badRequest, beyond, type HttpAnswer, type OperationLimits, refusal } from './limits.ts';
import { paramsOf } from './params.ts';
import { PersistedDocuments } from './persisted.ts';
import { RateLimit } from './rate.ts';
import { withinTime } from './timeLimit.ts';
import { variablesBeyond } from './variables.ts';

/** The contexts of what was refused before anything was done about it. */
const refused = new WeakSet<object>();

/** Whether what was asked in this context has been refused, and has its answer. */
export function isRefused(context: object): boolean {
  return refused.has(context);
}

/**
 * Whatever asks, over whatever transport, comes through here first: its document is found, measured and checked, its
 * variables and its cost are looked at, and only then does anything else see it (docs/limits.md).
 */
export function useLimits(limits: OperationLimits, documents: Documents, log: Logger): GatewayPlugin {
  const persisted = new PersistedDocuments(limits);
  const { LIMITS_MODE: mode, LIMIT_COST, LIMIT_DEPTH, OPERATION_TIMEOUT_MS, RATE_LIMIT_COST_PER_MINUTE } = limits;
  const rate = RATE_LIMIT_COST_PER_MINUTE > 0 ? new RateLimit(RATE_LIMIT_COST_PER_MINUTE) : undefined;

  const beyondIts = (variables: unknown, cost: number): GraphQLError[] =>
    [variablesBeyond(variables, LIMIT_DEPTH), cost > LIMIT_COST ? beyond('cost', cost, LIMIT_COST) : undefined].filter(
      (error) => error !== undefined,
    );

  return {
    onSchemaChange({ schema }) {
      documents.schema = schema;
      for (const [id, text] of persisted.trusted)
        for (const { message } of documents.look(text).errors)
          log.warn({ id, message }, 'a trusted document cannot run');
    },
    onParams({ params: given, request, context, setParams, setResult, paramsHandler, setParamsHandler }) {
      const refuse = (errors: readonly GraphQLError[]) => {
        refused.add(context);
        setParams({ query: '' }); // nobody looks at it any more, but the runtime at what it consists of
        setResult({ errors });
      };
      const asked = paramsOf(given, request);
      if (asked instanceof GraphQLError) return refuse([asked]);
      const text = persisted.textOf(asked);
      if (text === undefined)
        return refuse([badRequest('There is no operation: send a `query`, or the id of a document.')]);
      if (text instanceof GraphQLError) return refuse([text]);
      const { document, errors, beyond: reported } = documents.look(text);
      if (errors.length > 0) return refuse(errors);
      const { documentId: _, ...params } = { ...asked, query: text };
      setParams(params as never);
      const variables = params.variables ?? {};
      const operation = document!.operation(params.operationName);
      if (!operation) return refuse([unresolved]);
      persisted.keep(asked);

      const cost = mode === 'off' ? 0 : document!.cost(operation, variables);
      const found = mode === 'off' ? [] : [...reported, ...beyondIts(variables, cost)];
      const report = (error: GraphQLError) => {
        const hash = createHash('sha256').update(text).digest('hex');
        log.warn({ ...error.extensions, operation: operation.name?.value, hash }, 'an operation would be refused');
      };
      if (mode === 'measure') for (const error of found) report(error);
      else if (found.length > 0) return refuse(found);
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
        setParamsHandler((payload) =>
          withinTime(() => paramsHandler(payload) as Promise<ExecutionResult>, OPERATION_TIMEOUT_MS, leaving(context)),
        );
      const { tenant, subject, scopes } = (context as unknown as Context).caller;
      // Who may do all has not had to sign in.
      if (!rate || mode === 'off' || scopes === 'all') return;
      return rate.refuse(JSON.stringify([tenant, subject]), cost).then((error) => {
        if (!error) return;
        if (mode === 'measure') report(error);
        else refuse([error]);
      });
    },
    onParse({ params: { source }, setParsedDocument }) {
      const document = documents.known(String(source));
      if (document) setParsedDocument(document);
    },
    onValidate({ params: { documentAST }, setResult }) {
      if (documents.isValid(documentAST)) setResult([]);
    },
    onResultProcess({ request, result, serverContext, setResultProcessor }) {
      if (!refused.has(serverContext)) return;
      const { errors } = result as ExecutionResult;
      const answer = answerTo(request.headers.get('accept') ?? '', errors![0]!);
      setResultProcessor((_, { Response }) => new Response(JSON.stringify({ errors }), answer), 'application/json');
    },
  };
}

const unresolved = refusal(
  'It is not clear which operation of the document to run: `operationName` must be the name of one of them.',
  { code: 'OPERATION_RESOLUTION_FAILURE' },
  { status: 400 },
);

const ofResponses = 'application/graphql-response+json';

/** How a refusal is told to who accepts these types: always in JSON, because nothing streams that has not begun. */
function answerTo(accept: string, { extensions: { http } }: GraphQLError): ResponseInit {
  const { status, spec, headers } = http as HttpAnswer;
  const type = accept.includes(ofResponses) ? ofResponses : 'application/json';
  const isPlain = type === 'application/json' && !/text\/event-stream|multipart\/mixed/.test(accept);
  return {
    status: spec && isPlain ? 200 : status,
    headers: { 'content-type': `${type}; charset=utf-8`, ...headers },
  };
}

/** Tells when the client of an HTTP request, or the WebSocket that it came over, has gone. */
function leaving(context: unknown) {
  const { res, socket } = context as { res?: EventEmitter; socket?: EventEmitter };
  const connection = res ?? socket;
  return (then: () => void) => {
    connection?.once('close', then);
    return () => void connection?.off('close', then);
  };
}
