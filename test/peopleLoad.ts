import { generator } from '../ingest/random.ts';
import type { Graph } from '../platform/neo4j.ts';
import type { PeopleMessage } from '../schema/people/messages.ts';

/** A message as it is published, and what it says; nothing when it breaks the contract. */
export interface LoadMessage {
  key: string;
  value: string;
  message?: PeopleMessage;
}

/** Nodes and relationships by identity, with everything that queries can see of them. */
export interface GraphContents {
  nodes: Map<string, object>;
  relationships: Map<string, object>;
}

/**
 * A load in which most entities change several times, stints come before their people, and one message in two hundred
 * is broken. The same every time.
 */
export function peopleLoad(count: number): LoadMessage[] {
  const random = generator(7);
  const below = (limit: number) => Math.floor(random() * limit);
  const people = Math.ceil(count / 10);
  const companies = Math.ceil(count / 50);
  return Array.from({ length: count }, (_, at): LoadMessage => {
    const person_id = 1 + below(people);
    const company_id = 1 + below(companies);
    const kind = below(200);
    if (kind === 0) return { key: String(person_id), value: `{"type":"Person","data":{"person_id":"${at}"` };
    if (kind < 60)
      return say(person_id, { type: 'Person', data: { person_id, name: below(20) ? `Person ${at}` : null } });
    if (kind < 80)
      return say(company_id, {
        type: 'Company',
        data: { company_id, company_name: `Company ${at}`, headcount: below(9) ? at : null },
      });
    if (kind < 90) {
      const acquired_company_id = 1 + (company_id % companies);
      return say(company_id, {
        type: 'CompanyAcquisition',
        data: { parent_company_id: company_id, acquired_company_id, merged_into_parent_company: below(2) === 0 },
      });
    }
    return say(person_id, {
      type: 'PersonEmployment',
      data: {
        person_id,
        company_id: 1 + (person_id % companies),
        employment_title: below(10) ? `Title ${below(3)}` : null,
        start_date: below(10) ? `${2000 + below(3)}-05-01 00:00:00` : null,
        end_date: below(2) ? `${2010 + below(9)}-04-30 00:00:00` : null,
      },
    });
  });
}

function say(key: number, message: PeopleMessage): LoadMessage {
  return { key: String(key), value: JSON.stringify(message), message };
}

/** What the graph must hold: written for plainness, apart from the code under test. */
export function foldPeople(load: LoadMessage[]): GraphContents {
  const nodes = new Map<string, object>();
  const relationships = new Map<string, object>();
  const mention = (identity: string) => {
    if (!nodes.has(identity)) nodes.set(identity, { name: null, headcount: null });
  };
  for (const { message } of load) {
    if (!message) continue;
    const { data } = message;
    switch (message.type) {
      case 'Person':
        nodes.set(`Person ${message.data.person_id}`, { name: message.data.name ?? null, headcount: null });
        break;
      case 'Company': {
        const { company_id, company_name, headcount } = message.data;
        nodes.set(`Company ${company_id}`, { name: company_name ?? null, headcount: headcount ?? null });
        break;
      }
      case 'CompanyAcquisition': {
        const { parent_company_id: from, acquired_company_id: to, merged_into_parent_company: merged } = message.data;
        mention(`Company ${from}`);
        mention(`Company ${to}`);
        relationships.set(`${from} acquired ${to}`, { merged: merged ?? false });
        break;
      }
      case 'PersonEmployment': {
        const { person_id, company_id, employment_title, start_date, end_date } = message.data;
        const title = employment_title ?? null;
        const start = start_date?.slice(0, 10) ?? null;
        mention(`Person ${person_id}`);
        mention(`Company ${company_id}`);
        relationships.set(`${person_id} at ${company_id} as ${title} from ${start}`, {
          end: end_date?.slice(0, 10) ?? null,
        });
        break;
      }
      default:
        throw new Error(`what is ${JSON.stringify(data)}?`);
    }
  }
  return sorted({ nodes, relationships });
}

/** Everything the graph holds. */
export async function graphContents(graph: Graph): Promise<GraphContents> {
  const nodes = await graph.read<{ label: string; id: number; name: string | null; headcount: number | null }>(
    'MATCH (n:Person|Company) RETURN labels(n)[0] AS label, n.id AS id, n.name AS name, n.headcount AS headcount',
  );
  const stints = await graph.read<{
    person: number;
    company: number;
    title: string | null;
    start: string | null;
    end: string | null;
  }>(
    `MATCH (p:Person)-[e:EMPLOYED_BY]->(c:Company)
     RETURN p.id AS person, c.id AS company, e.title AS title, toString(e.start) AS start, toString(e.end) AS end`,
  );
  const acquisitions = await graph.read<{ from: number; to: number; merged: boolean }>(
    'MATCH (a:Company)-[r:ACQUIRED]->(b:Company) RETURN a.id AS from, b.id AS to, r.merged AS merged',
  );
  const relationships = [
    ...stints.map(
      ({ person, company, title, start, end }) =>
        [`${person} at ${company} as ${title} from ${start}`, { end }] as const,
    ),
    ...acquisitions.map(({ from, to, merged }) => [`${from} acquired ${to}`, { merged }] as const),
  ];
  const contents = {
    nodes: new Map(nodes.map(({ label, id, name, headcount }) => [`${label} ${id}`, { name, headcount }])),
    relationships: new Map<string, object>(relationships),
  };
  // Two of one identity would hide behind one another in a map.
  if (contents.nodes.size !== nodes.length || contents.relationships.size !== relationships.length)
    throw new Error('the graph holds something twice');
  return sorted(contents);
}

function sorted({ nodes, relationships }: GraphContents): GraphContents {
  const byKey = (map: Map<string, object>) => new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { nodes: byKey(nodes), relationships: byKey(relationships) };
}
