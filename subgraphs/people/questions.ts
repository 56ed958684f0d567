import type { Graph } from '../../platform/neo4j.ts';
import { fold } from '../../schema/fold.ts';
import { batched } from '../batch.ts';
import { type Connection, type PageRequest, page, type SortKey } from '../connection.ts';
import * as cypher from './statements.ts';
import { AcquiredCompany, Acquisition, Company, Employment, Path, Person } from './types.ts';

interface NodeRow {
  id: number;
  name: string | null;
  headcount?: number | null;
  [column: string]: unknown;
}
interface OwnedRow extends NodeRow {
  owner: number;
}
interface OrderedRow extends NodeRow {
  sort: string;
}
interface StintRow extends OwnedRow {
  title: string | null;
  start: string | null;
  end: string | null;
  stint: string;
}
interface AcquisitionRow extends OwnedRow {
  merged: boolean;
  ownerName: string | null;
  ownerHeadcount: number | null;
  sort: string;
}
interface Total {
  owner: number;
  total: number;
  [column: string]: unknown;
}

/** Examples of the sort keys, for checking cursors. */
export const nodeOrder: SortKey = ['sort', 0];
export const stintOrder: SortKey = ['start', 0, 'stint'];

/** What can be asked of the people graph. Questions about one node are gathered into one statement a tick. */
export class PeopleQuestions {
  constructor(readonly graph: Graph) {}

  readonly #ask =
    <Arguments extends object, Row extends { owner: number }>(statement: string) =>
    (owners: number[], args: Arguments) =>
      this.graph.read<Row & Record<string, unknown>>(statement, { owners, ...args });

  readonly #companiesByName = batched((owners: string[], _: object) =>
    this.graph.read<NodeRow & { owner: string }>(cypher.companiesByName, { owners }),
  );
  readonly #persons = batched(this.#ask<object, OwnedRow>(cypher.nodesById('Person')));
  readonly #companies = batched(this.#ask<object, OwnedRow>(cypher.nodesById('Company')));
  readonly #employers = batched(this.#ask<object, StintRow>(cypher.employersOf));
  readonly #employees = batched(this.#ask<object, StintRow>(cypher.employeesOf));
  readonly #colleagues = batched(this.#ask<object, OwnedRow & OrderedRow>(cypher.colleaguesOf));
  readonly #acquisitions = batched(this.#ask<object, AcquisitionRow>(cypher.acquisitionsOf));
  readonly #acquirers = batched(this.#ask<object, AcquisitionRow>(cypher.acquirersOf));
  readonly #tree = batched(this.#ask<object, OwnedRow & { depth: number }>(cypher.acquisitionTreeOf));
  readonly #employersTotal = batched(this.#ask<object, Total>(cypher.countEmployersOf));
  readonly #employeesTotal = batched(this.#ask<object, Total>(cypher.countEmployeesOf));
  readonly #colleaguesTotal = batched(this.#ask<object, Total>(cypher.countColleaguesOf));
  readonly #acquisitionsTotal = batched(this.#ask<object, Total>(cypher.countAcquisitionsOf));

  async person(id: number): Promise<Person | null> {
    const [row] = await this.#persons(id, {});
    return row ? toPerson(row) : null;
  }

  async company(id: number): Promise<Company | null> {
    const [row] = await this.#companies(id, {});
    return row ? toCompany(row) : null;
  }

  /** The company of a name, in small or capital letters; of several the one with the lowest id. */
  async companyNamed(name: string): Promise<Company | null> {
    const [row] = await this.#companiesByName(fold(name), {});
    return row ? toCompany(row) : null;
  }

  persons(name: string | null | undefined, request: PageRequest): Promise<Connection<Person>> {
    return this.#inOrder('Person', name, request, toPerson);
  }

  companies(name: string | null | undefined, request: PageRequest): Promise<Connection<Company>> {
    return this.#inOrder('Company', name, request, toCompany);
  }

  async #inOrder<Node>(
    label: cypher.Label,
    name: string | null | undefined,
    request: PageRequest,
    toNode: (row: OrderedRow) => Node,
  ): Promise<Connection<Node>> {
    const search = name ? fold(name) : null;
    const [sort, id] = request.after ?? ['', -1];
    const [list, count] =
      search === null ? [cypher.nodesInOrder, cypher.countNodes] : [cypher.nodesByName, cypher.countNodesByName];
    const rows = await this.graph.read<OrderedRow>(list(label), { search, sort, id, limit: request.first + 1 });
    return page(rows, request, nodeKey, toNode, async () => {
      const [counted] = await this.graph.read<{ total: number }>(count(label), { search });
      return counted!.total;
    });
  }

  async employers(person: Person, current: boolean | null, request: PageRequest): Promise<Connection<Employment>> {
    const owner = Number(person.id);
    const rows = await this.#employers(owner, { current, after: afterStint(request), limit: request.first + 1 });
    const total = async () => (await this.#employersTotal(owner, { current }))[0]!.total;
    return page(rows, request, stintKey, (row) => toEmployment(row, person, toCompany(row)), total);
  }

  async employees(company: Company, current: boolean | null, request: PageRequest): Promise<Connection<Employment>> {
    const owner = Number(company.id);
    const rows = await this.#employees(owner, { current, after: afterStint(request), limit: request.first + 1 });
    const total = async () => (await this.#employeesTotal(owner, { current }))[0]!.total;
    return page(rows, request, stintKey, (row) => toEmployment(row, toPerson(row), company), total);
  }

  async colleagues(person: Person, request: PageRequest): Promise<Connection<Person>> {
    const owner = Number(person.id);
    const rows = await this.#colleagues(owner, { after: afterNode(request), limit: request.first + 1 });
    return page(rows, request, nodeKey, toPerson, async () => (await this.#colleaguesTotal(owner, {}))[0]!.total);
  }

  async acquisitions(company: Company, request: PageRequest): Promise<Connection<Acquisition>> {
    const owner = Number(company.id);
    const rows = await this.#acquisitions(owner, { after: afterNode(request), limit: request.first + 1 });
    const total = async () => (await this.#acquisitionsTotal(owner, {}))[0]!.total;
    return page(rows, request, nodeKey, (row) => toAcquisition(toOwner(row), toCompany(row), row), total);
  }

  async acquirers(company: Company): Promise<Acquisition[]> {
    const rows = await this.#acquirers(Number(company.id), {});
    return rows.map((row) => toAcquisition(toCompany(row), toOwner(row), row));
  }

  async acquisitionTree(company: Company, maxDepth: number): Promise<AcquiredCompany[]> {
    const rows = await this.#tree(Number(company.id), { maxDepth });
    return rows.map((row) => Object.assign(new AcquiredCompany(), { company: toCompany(row), depth: row.depth }));
  }

  async shortestPath(from: [cypher.Label, number], to: [cypher.Label, number], maxHops: number): Promise<Path | null> {
    const rows =
      from[0] === to[0] && from[1] === to[1] // Neo4j refuses to look for the way from a node to itself
        ? (await this.#ask<object, OwnedRow>(cypher.nodesById(from[0]))([from[1]], {})).map((row) => ({
            ...row,
            isPerson: from[0] === 'Person',
          }))
        : await this.graph.read<NodeRow & { isPerson: boolean }>(cypher.shortestPathBetween(from[0], to[0], maxHops), {
            from: from[1],
            to: to[1],
          });
    if (rows.length === 0) return null;
    const nodes = rows.map((row) => (row.isPerson ? toPerson(row) : toCompany(row)));
    return Object.assign(new Path(), { length: nodes.length - 1, nodes });
  }
}

const nodeKey = (row: OrderedRow): SortKey => [row.sort, row.id];
const stintKey = (row: StintRow): SortKey => [row.start ?? '', row.id, row.stint];

function afterNode({ after }: PageRequest) {
  return after && { sort: after[0], id: after[1] };
}

function afterStint({ after }: PageRequest) {
  return after && { start: after[0], id: after[1], stint: after[2] };
}

function toPerson({ id, name }: NodeRow): Person {
  return Object.assign(new Person(), { id: String(id), name });
}

function toCompany({ id, name, headcount }: NodeRow): Company {
  return Object.assign(new Company(), { id: String(id), name, headcount: headcount ?? null });
}

function toOwner({ owner, ownerName, ownerHeadcount }: AcquisitionRow): Company {
  return toCompany({ id: owner, name: ownerName, headcount: ownerHeadcount });
}

function toEmployment({ title, start, end }: StintRow, person: Person, company: Company): Employment {
  const current = start !== null && end === null;
  return Object.assign(new Employment(), { person, company, title, startDate: start, endDate: end, current });
}

function toAcquisition(acquirer: Company, acquired: Company, { merged }: AcquisitionRow): Acquisition {
  return Object.assign(new Acquisition(), { acquirer, acquired, merged });
}
